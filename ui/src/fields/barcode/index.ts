/** What a scanner reads: its text in lists, the code itself on the card.  Server twin: svyaz/fields/barcode.py. */
import { QrCode } from "@lucide/vue";
import { defineAsyncComponent, h } from "vue";
import { cellComponent } from "../display";
import { askText } from "../askText";
import { entryEdit, plainEntry } from "../entryEdit";
import type { FieldType } from "../types";

const BarcodeShow = defineAsyncComponent(() => import("./BarcodeShow.vue"));

export const barcode: FieldType = {
  icon: QrCode,
  width: 160,
  say: (cell) => (cell == null ? "" : String(cell)),
  display: cellComponent(({ cell, field, flat }) => {
    if (cell == null || cell === "") return null;
    return flat ? h("span", { class: "ell num" }, String(cell)) : h(BarcodeShow, { value: String(cell), kind: field.options.kind ?? "qr", title: field.title });
  }),
  edit: entryEdit(plainEntry),
  entry: plainEntry,
  ask: askText,
};
