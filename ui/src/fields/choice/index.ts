import { CircleDot, ListChecks, Milestone } from "@lucide/vue";
import { defineAsyncComponent, h, type FunctionalComponent } from "vue";
import type { Cell, Field } from "../../api/types";
import { cellComponent, chip, optionOf, several } from "../display";
import { isEmpty, isFilled, oneOf, quote } from "../formula";
import type { Asking, FieldType, Move } from "../types";
import OptionEdit from "./OptionEdit.vue";

const title = (field: Field, key: Cell): string => optionOf(field, key)?.title ?? String(key ?? "");

const askOptions: Asking = {
  conditions: ["is", "is_not", "filled", "empty"],
  component: defineAsyncComponent(() => import("./AskOptions.vue")),
  clause(path, condition, value) {
    if (condition === "empty") return isEmpty(path);
    if (condition === "filled") return isFilled(path);
    const keys = several(value).map((key) => quote(String(key)));
    if (!keys.length) return "";
    return condition === "is_not" ? `not (${oneOf(path, keys)})` : oneOf(path, keys);
  },
  say: (value, _condition, field) => several(value).map((key) => title(field, key)).join(", "),
};

const one = cellComponent(({ cell, field }) => {
  const option = optionOf(field, cell);
  return option ? chip(option.title, option.hue) : cell == null ? null : chip(String(cell), null);
});

const single = (icon: FieldType["icon"]): FieldType => ({
  icon, say: (cell, field) => title(field, cell), width: 190, display: one, edit: OptionEdit, ask: askOptions,
});

export const choice = single(CircleDot);
export const stage = single(Milestone);

interface EditProps { cell: Cell; field: Field; start?: string }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

const OptionsEdit: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) =>
  h(OptionEdit, { ...props, multiple: true, onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel") });
OptionsEdit.props = ["cell", "field", "start"];
OptionsEdit.emits = ["done", "cancel"];

export const choices: FieldType = {
  icon: ListChecks,
  say: (cell, field) => several(cell).map((key) => title(field, key)).join(", "),
  display: cellComponent(({ cell, field }) => h("span", { class: "chips" }, several(cell).map((key) => chip(title(field, key), optionOf(field, key)?.hue)))),
  edit: OptionsEdit,
  ask: askOptions,
};
