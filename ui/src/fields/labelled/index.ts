import { Mail, Phone } from "@lucide/vue";
import { defineAsyncComponent, h, type Component, type FunctionalComponent } from "vue";
import type { Cell, Field, LabelledCell } from "../../api/types";
import { askText } from "../askText";
import { cellComponent } from "../display";
import type { FieldType, Move } from "../types";

const LabelledEdit = defineAsyncComponent(() => import("./LabelledEdit.vue"));

const linesOf = (cell: Cell): readonly LabelledCell[] => (Array.isArray(cell) ? (cell as unknown as readonly LabelledCell[]) : []);

/** +79395813553 -> +7 939 581-35-53; other countries as they are. */
export const sayPhone = (value: string): string => value.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, "+7 $1 $2-$3-$4");
const same = (value: string): string => value;

interface EditProps { cell: Cell; field: Field; start?: string }
type EditEvents = { done: (cell: Cell, move?: Move) => void; cancel: () => void };

function labelled(icon: Component, scheme: "tel" | "mailto", show: (value: string) => string): FieldType {
  const edit: FunctionalComponent<EditProps, EditEvents> = (props, { emit }) => h(LabelledEdit, {
    ...props, input: scheme === "tel" ? "tel" : "email", show, onDone: (cell: Cell, move?: Move) => emit("done", cell, move), onCancel: () => emit("cancel"),
  });
  edit.props = ["cell", "field", "start"];
  edit.emits = ["done", "cancel"];

  const stop = (event: Event): void => event.stopPropagation();
  return {
    icon,
    scheme,
    say: (cell) => linesOf(cell).map(([value]) => show(value)).join(", "),
    display: cellComponent(({ cell, flat }) => {
      const lines = linesOf(cell);
      if (!lines.length) return null;
      return h("span", { class: "chips lines" }, lines.map(([value, label]) => h("a", {
        class: "num ell out", href: `${scheme}:${value}`, title: label || undefined, tabindex: flat ? -1 : undefined, onClick: stop,
      }, show(value))));
    }),
    edit,
    ask: { ...askText, conditions: ["contains", "equals", "filled", "empty"] },
  };
}

export const phone = labelled(Phone, "tel", sayPhone);
export const email = labelled(Mail, "mailto", same);
