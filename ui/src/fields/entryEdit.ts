/** The editor of a type that is typed in: TextEdit with the type's own entry. */
import { h, type FunctionalComponent } from "vue";
import type { Cell, Field } from "../api/types";
import TextEdit from "./TextEdit.vue";
import type { Entry, Move } from "./types";

interface Props {
  cell: Cell;
  field: Field;
  start?: string;
}

export function entryEdit(entry: Entry, align?: "end"): FunctionalComponent<Props, { done: (cell: Cell, move?: Move) => void; cancel: () => void }> {
  const component: FunctionalComponent<Props, { done: (cell: Cell, move?: Move) => void; cancel: () => void }> = (props, { emit }) =>
    h(TextEdit, { ...props, entry, align, onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel") });
  component.props = ["cell", "field", "start"];
  component.emits = ["done", "cancel"];
  return component;
}

export const plainEntry: Entry = {
  input: "text",
  show: (cell) => (cell == null ? "" : String(cell)),
  read: (text) => ({ cell: text.trim() }),
};
