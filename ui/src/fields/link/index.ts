/** Links to records: a cell is [id, label] or [id, label, entity], several are a list of them. */
import { Link2, Network, UserRound, Waypoints } from "@lucide/vue";
import { defineAsyncComponent, h, type Component, type FunctionalComponent, type VNode } from "vue";
import { RouterLink } from "vue-router";
import type { Cell, Field, LinkCell } from "../../api/types";
import { cellComponent, linkLabel, linkNode, linksOf } from "../display";
import { isEmpty, isFilled, oneOf } from "../formula";
import type { Asking, FieldType, Move } from "../types";
import { findEntity } from "../../schema";
import LinkEdit from "./LinkEdit.vue";
import { lookOf } from "./search";

const ME = 0;

const askLink: Asking = {
  conditions: ["is", "is_not", "filled", "empty"],
  component: defineAsyncComponent(() => import("./AskLink.vue")),
  clause(path, condition, value) {
    if (condition === "empty") return isEmpty(path);
    if (condition === "filled") return isFilled(path);
    const ids = linksOf(value).map((link) => (link[0] === ME ? "me()" : String(link[0])));
    if (!ids.length) return "";
    return condition === "is_not" ? `not (${oneOf(path, ids)})` : oneOf(path, ids);
  },
  say: (value) => linksOf(value).map(linkLabel).join(", "),
};

interface EditProps { cell: Cell; field: Field; start?: string }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

function editor(multiple: boolean): Component {
  const component: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) => h(LinkEdit, {
    ...props, multiple: multiple || (props.field.options.many ?? false),
    onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel"),
  });
  component.props = ["cell", "field", "start"];
  component.emits = ["done", "cancel"];
  return component;
}

/** A link that may be followed: on a card it leads to the record, in a grid it is only shown. */
function goNode(link: LinkCell, field: Field, flat: boolean): VNode {
  const look = lookOf(field);
  const entity = link[2] ?? (field.options.to?.length === 1 ? field.options.to[0] : undefined);
  const shown = linkNode(link, look);
  if (look === "entry" || link[1] == null || entity === undefined || !findEntity(entity)) return shown;
  return h(RouterLink, { class: "go", to: `/${entity}/${link[0]}`, tabindex: flat ? -1 : undefined }, () => shown);
}

function links(icon: Component, multiple: boolean): FieldType {
  return {
    icon,
    width: 190,
    say: (cell) => linksOf(cell).map(linkLabel).join(", "),
    display: cellComponent(({ cell, field, flat }) => {
      const found = linksOf(cell);
      const nodes = found.map((link) => goNode(link, field, flat ?? false));
      return nodes.length === 0 ? null : nodes.length === 1 ? (nodes[0] ?? null) : h("span", { class: "chips" }, nodes);
    }),
    edit: editor(multiple),
    ask: askLink,
  };
}

export const link = links(Link2, false);
export const manyLinks = links(Waypoints, true);
// «О чём» of any object: which records it is about is asked of the records themselves.
export const any_link: FieldType = { ...links(Link2, false), ask: { ...askLink, conditions: ["filled", "empty"] } };
export const employee = links(UserRound, false);
export const department = links(Network, false);
