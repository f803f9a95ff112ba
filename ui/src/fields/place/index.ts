/** Latitude and longitude as one text.  Server twin: svyaz/fields/place.py, which reads links of maps too. */
import { MapPin } from "@lucide/vue";
import { h } from "vue";
import { cellComponent } from "../display";
import { askText } from "../askText";
import { entryEdit, plainEntry } from "../entryEdit";
import type { FieldType } from "../types";

// geo: opens the map that the phone or the computer has; nothing of another site is asked by us.
const address = (cell: unknown): string => `geo:${String(cell).replace(/\s+/g, "")}`;

export const place: FieldType = {
  icon: MapPin,
  width: 190,
  say: (cell) => (cell == null ? "" : String(cell)),
  display: cellComponent(({ cell, flat }) => (cell == null ? null : h("a", {
    class: "ell num out", href: address(cell), tabindex: flat ? -1 : undefined, onClick: (event: Event) => event.stopPropagation(),
  }, String(cell)))),
  edit: entryEdit(plainEntry),
  entry: plainEntry,
  ask: { ...askText, conditions: ["filled", "empty"] },
};
