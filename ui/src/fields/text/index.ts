import { Link2, TextQuote, Type, Hash } from "@lucide/vue";
import { h } from "vue";
import { cellComponent } from "../display";
import { entryEdit, plainEntry } from "../entryEdit";
import { askText } from "../askText";
import type { Entry, FieldType } from "../types";
import LongTextEdit from "./LongTextEdit.vue";

const say = (cell: unknown): string => (cell == null ? "" : String(cell));

export const text: FieldType = { icon: Type, width: 200, say, edit: entryEdit(plainEntry), entry: plainEntry, ask: askText };

export const long_text: FieldType = {
  icon: TextQuote,
  say: (cell) => say(cell).replace(/\s+/g, " "),
  display: cellComponent(({ cell }) => (cell == null ? null : h("span", { class: "ell long-text" }, String(cell)))),
  edit: LongTextEdit,
  ask: askText,
};

export const autonumber: FieldType = { icon: Hash, say, edit: entryEdit(plainEntry), entry: plainEntry, ask: askText };

const urlEntry: Entry = { ...plainEntry, input: "url" };

// «javascript:» never becomes an address: only what a browser may open as a page.
const address = (cell: unknown): string => (/^https?:\/\//i.test(String(cell)) ? String(cell) : `https://${String(cell)}`);

export const url: FieldType = {
  icon: Link2,
  say: (cell) => say(cell).replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, ""),
  display: cellComponent(({ cell, field, flat }) => (cell == null ? null : h("a", {
    class: "ell out", href: address(cell), target: "_blank", rel: "noopener noreferrer", tabindex: flat ? -1 : undefined, onClick: (event: Event) => event.stopPropagation(),
  }, url.say(cell, field)))),
  edit: entryEdit(urlEntry),
  entry: urlEntry,
  ask: askText,
};
