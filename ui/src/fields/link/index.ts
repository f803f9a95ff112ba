/** Links to records: a cell is [id, label] or [id, label, entity], several are a list of them. */
import { Link2, Network, UserRound, Waypoints } from "@lucide/vue";
import { h, type Component, type FunctionalComponent } from "vue";
import type { Cell, Field } from "../../api/types";
import { cellComponent, linkLabel, linkNode, linksOf } from "../display";
import { isEmpty, isFilled, oneOf } from "../formula";
import type { Asking, FieldType, Move } from "../types";
import AskLink from "./AskLink.vue";
import LinkEdit from "./LinkEdit.vue";

const ME = 0;

const askLink: Asking = {
  conditions: ["is", "is_not", "filled", "empty"],
  component: AskLink,
  clause(path, condition, value) {
    if (condition === "empty") return isEmpty(path);
    if (condition === "filled") return isFilled(path);
    const ids = linksOf(value).map((link) => (link[0] === ME ? "me()" : String(link[0])));
    if (!ids.length) return "";
    return condition === "is_not" ? `not (${oneOf(path, ids)})` : oneOf(path, ids);
  },
  say: (value) => linksOf(value).map(linkLabel).join(", "),
};

interface EditProps { cell: Cell; field: Field }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

function editor(multiple: boolean, people: boolean): Component {
  const component: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) => h(LinkEdit, {
    cell: props.cell, field: props.field, multiple: multiple || (props.field.options.many ?? false), people,
    onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel"),
  });
  component.props = ["cell", "field"];
  component.emits = ["done", "cancel"];
  return component;
}

function links(icon: Component, multiple: boolean, people = false): FieldType {
  const isPeople = (field: Field): boolean => people || (field.options.to?.length === 1 && field.options.to[0] === "employee");
  return {
    icon,
    width: 190,
    say: (cell) => linksOf(cell).map(linkLabel).join(", "),
    display: cellComponent(({ cell, field }) => {
      const found = linksOf(cell);
      const first = found[0];
      if (!first) return null;
      return found.length === 1 ? linkNode(first, isPeople(field)) : h("span", { class: "chips" }, found.map((link) => linkNode(link, isPeople(field))));
    }),
    edit: editor(multiple, people),
    ask: askLink,
  };
}

export const link = links(Link2, false);
export const manyLinks = links(Waypoints, true);
// «О чём» of any object: which records it is about is asked of the records themselves.
export const any_link: FieldType = { ...links(Link2, false), ask: { ...askLink, conditions: ["filled", "empty"] } };
export const employee = links(UserRound, false, true);
export const department = links(Network, false);
