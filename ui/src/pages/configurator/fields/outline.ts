/** What the box of lines keeps and does with its text. */
import { ref } from "vue";
import type { Edit, TitleTable } from "../../../api/configurator";
import { guessCases } from "../object/cases";

/** What was typed and not added yet, by object: a box closed by mistake loses nothing. */
export const kept = new Map<string, string>();

/** The object made a moment ago whose fields are to be listed next. */
export const toList = ref("");

/** Blanks that the line of the caret begins with; after a line of blanks alone the list is over. */
export function indentOf(text: string, caret: number): string {
  const line = text.slice(text.lastIndexOf("\n", caret - 1) + 1, caret);
  return line.trim() ? (/^\s+/.exec(line)?.[0] ?? "") : "";
}

/** An object that an outline makes speaks Russian as one made by hand does. */
export function withCases(edit: Edit): Edit {
  const table = edit["table"] as { readonly title?: TitleTable } | undefined;
  return table?.title?.ru ? { ...edit, table: { ...table, title: { ...guessCases(table.title.ru), ...table.title } } } : edit;
}
