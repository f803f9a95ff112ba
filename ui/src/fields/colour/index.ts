/** A colour as #rrggbb: a swatch and its code.  Server twin: svyaz/fields/colour.py. */
import { Palette } from "@lucide/vue";
import { cellComponent } from "../display";
import { askText } from "../askText";
import type { FieldType } from "../types";
import ColourEdit from "./ColourEdit.vue";
import { swatchNode } from "./swatch";

export const colour: FieldType = {
  icon: Palette,
  width: 120,
  say: (cell) => (cell == null ? "" : String(cell)),
  display: cellComponent(({ cell }) => (typeof cell === "string" ? swatchNode(cell) : null)),
  edit: ColourEdit,
  ask: { ...askText, conditions: ["equals", "differs", "filled", "empty"] },
};
