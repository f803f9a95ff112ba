import { SquareCheckBig, Check, Minus } from "@lucide/vue";
import { defineComponent, h, onMounted } from "vue";
import { t } from "../../words";
import { cellComponent } from "../display";
import AskText from "../AskText.vue";
import type { FieldType } from "../types";

/** Nothing to open: the edit itself is the change. */
const Toggle = defineComponent({
  props: { cell: { type: null, required: true }, field: { type: Object, required: true } },
  emits: ["done", "cancel"],
  setup(props, { emit }) {
    onMounted(() => emit("done", !props.cell));
    return () => h("span");
  },
});

export const yes_no: FieldType = {
  icon: SquareCheckBig,
  say: (cell) => t(cell ? "field.yes" : "field.no"),
  display: cellComponent(({ cell, field }) => h("span", { class: "person", title: yes_no.say(cell, field) }, [
    h(cell ? Check : Minus, { size: 15, class: cell ? "" : "muted", "aria-hidden": "true" }), h("span", { class: "sr" }, yes_no.say(cell, field)),
  ])),
  edit: Toggle,
  ask: {
    conditions: ["yes", "no"],
    component: AskText,
    clause: (path, condition) => (condition === "no" ? `not ${path}` : path),
    say: () => "",
  },
};
