/** A person's name and a postal address.  Server twins: svyaz/fields/person_name.py, address.py. */
import { IdCard, MapPinHouse } from "@lucide/vue";
import { defineAsyncComponent, h, type Component, type FunctionalComponent } from "vue";
import type { Cell, Field } from "../../api/types";
import { askText } from "../askText";
import { cellComponent } from "../display";
import type { FieldType, Move } from "../types";
import { lineOf, type Part, type Parts } from "./parts";

const LinedEdit = defineAsyncComponent(() => import("./LinedEdit.vue"));

interface EditProps { cell: Cell; field: Field; start?: string }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

function editor(parts: readonly Part[], show: (parts: Parts) => string): Component {
  const component: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) => h(LinedEdit, {
    ...props, parts, show, onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel"),
  });
  component.props = ["cell", "field", "start"];
  component.emits = ["done", "cancel"];
  return component;
}

const fullName = ({ last, first, middle }: Parts): string => [last, first, middle].filter(Boolean).join(" ");

const initial = (name: string | undefined): string => (name ? `${[...name][0]?.toLocaleUpperCase() ?? ""}.` : "");

/** «Иванов И. И.»; without a surname the name stays whole. */
export const shortName = (parts: Parts): string =>
  parts["last"] ? [parts["last"], initial(parts["first"]), initial(parts["middle"])].filter(Boolean).join("\u00a0") : fullName(parts);

export const person_name: FieldType = {
  icon: IdCard,
  width: 200,
  say: (cell) => lineOf(cell, fullName),
  display: cellComponent(({ cell, field, flat }) => (cell == null ? null : h("span", { class: "ell", title: lineOf(cell, fullName) },
    lineOf(cell, flat && field.options.initials ? shortName : fullName)))),
  edit: editor([
    { key: "last", title: "field.part.last" }, { key: "first", title: "field.part.first" }, { key: "middle", title: "field.part.middle" },
  ], fullName),
  ask: askText,
};

const numbered = (word: string, text: string | undefined): string | undefined => (text && /^\d/.test(text) ? `${word} ${text}` : text);

const fullAddress = ({ postcode, country, region, city, street, house, flat, more }: Parts): string =>
  [postcode, country, region, city, street, numbered("д.", house), numbered("кв.", flat), more].filter(Boolean).join(", ");

export const address: FieldType = {
  icon: MapPinHouse,
  width: 240,
  say: (cell) => lineOf(cell, fullAddress),
  display: cellComponent(({ cell }) => (cell == null ? null : h("span", { class: "ell", title: lineOf(cell, fullAddress) }, lineOf(cell, fullAddress)))),
  edit: editor([
    { key: "postcode", title: "field.part.postcode", short: true }, { key: "country", title: "field.part.country", short: true },
    { key: "region", title: "field.part.region", short: true }, { key: "city", title: "field.part.city" }, { key: "street", title: "field.part.street" },
    { key: "house", title: "field.part.house", short: true }, { key: "flat", title: "field.part.flat", short: true }, { key: "more", title: "field.part.more", short: true },
  ], fullAddress),
  ask: askText,
};
