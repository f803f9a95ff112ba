import { Image, Paperclip } from "@lucide/vue";
import { defineAsyncComponent, h, type Component, type FunctionalComponent } from "vue";
import type { Cell, Field, FileCell } from "../../api/types";
import { askText } from "../askText";
import { cellComponent } from "../display";
import { wordy } from "../../words";
import type { FieldType, Move } from "../types";

const FileEdit = defineAsyncComponent(wordy(() => import("./FileEdit.vue")));

const filesOf = (cell: Cell): readonly FileCell[] => (Array.isArray(cell) ? (typeof cell[0] === "number" ? [cell] : cell) as unknown as readonly FileCell[] : []);

interface EditProps { cell: Cell; field: Field }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

function files(icon: Component, images: boolean): FieldType {
  const edit: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) => h(FileEdit, {
    ...props, images, onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel"),
  });
  edit.props = ["cell", "field"];
  edit.emits = ["done", "cancel"];
  return {
    icon,
    say: (cell) => filesOf(cell).map((file) => file[1]).join(", "),
    display: cellComponent(({ cell, flat }) => {
      const found = filesOf(cell);
      if (!found.length) return null;
      return h("span", { class: "chips lines" }, found.map((file) => h("a", {
        class: "person out", href: `/api/files/${file[0]}`, target: "_blank", "data-file": file[1], tabindex: flat ? -1 : undefined, onClick: (event: Event) => event.stopPropagation(),
      }, [h(icon, { size: 13, class: "muted" }), h("span", { class: "ell" }, file[1])])));
    }),
    edit,
    ask: { ...askText, conditions: ["filled", "empty"] },
  };
}

export const file = files(Paperclip, false);
export const image = files(Image, true);
