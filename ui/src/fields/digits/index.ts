/** Legal and bank codes: digits that the server checks by their check digits. */
import { Hash, Landmark } from "@lucide/vue";
import { h, type Component } from "vue";
import { askText } from "../askText";
import { cellComponent } from "../display";
import { entryEdit, plainEntry } from "../entryEdit";
import type { Entry, FieldType } from "../types";

const entry: Entry = { ...plainEntry, input: "numeric", read: (text) => ({ cell: text.replace(/[\s\u00a0-]/g, "") }) };

const digits = (icon: Component): FieldType => ({
  icon,
  say: (cell) => (cell == null ? "" : String(cell)),
  display: cellComponent(({ cell }) => (cell == null ? null : h("span", { class: "ell num" }, String(cell)))),
  edit: entryEdit(entry),
  entry,
  ask: askText,
});

export const inn = digits(Hash);
export const kpp = digits(Hash);
export const ogrn = digits(Hash);
export const bik = digits(Landmark);
export const account = digits(Landmark);
