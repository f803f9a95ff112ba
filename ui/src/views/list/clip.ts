/** Cells as a spreadsheet has them: texts with tabs between and lines below, the way Excel copies and pastes. */
import type { Cell, Field } from "../../api/types";
import { fieldType, isEmptyCell, sayCell } from "../../fields";
import { language } from "../../words";
import { toLocal } from "../../words/format";

// A text that a spreadsheet would take for a formula is a text, as in files of the export (exchange/export.py).
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?[\d\s.,]+$/;

/** What a person would type to get the same value: «1250000,5», «31.01.2027», a title, a name. */
export function copyText(field: Field, cell: Cell | undefined): string {
  if (isEmptyCell(cell) || cell === undefined) return "";
  const entry = fieldType(field).entry;
  if (entry?.input === "date") return day(String(cell));
  if (entry?.input === "datetime-local") return `${day(toLocal(String(cell)).slice(0, 10))} ${toLocal(String(cell)).slice(11)}`;
  if (entry?.input === "decimal" || entry?.input === "numeric") {
    const shown = entry.show(cell, field);
    return language() === "ru" ? shown : shown.replace(",", ".");
  }
  const text = typeof cell === "string" && !field.options.options ? cell : sayCell(field, cell);
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

const day = (iso: string): string => (language() === "ru" ? iso.split("-").reverse().join(".") : iso);

const quoted = (text: string): string => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const writeTable = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.map(quoted).join("\t")).join("\n");

/** The same for programs that prefer a table: codes keep their zeros because they are told to be texts. */
export function writeHtml(fields: readonly Field[], rows: readonly (readonly string[])[]): string {
  const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/\n/g, "<br>");
  const cell = (text: string, field: Field | undefined): string =>
    `<td${field && !fieldType(field).align && !fieldType(field).entry?.input.startsWith("date") ? ` style='mso-number-format:"\\@"'` : ""}>${escaped(text)}</td>`;
  return `<table>${rows.map((row) => `<tr>${row.map((text, index) => cell(text, fields[index])).join("")}</tr>`).join("")}</table>`;
}

/** Lines of texts; a text in quotes may hold tabs, line ends and doubled quotes. */
export function readTable(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let cell = "";
  let inside = false;
  const end = (): void => {
    rows.at(-1)?.push(cell);
    cell = "";
  };
  const whole = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < whole.length; at++) {
    const letter = whole[at] as string;
    if (inside) {
      if (letter !== '"') cell += letter;
      else if (whole[at + 1] === '"') cell += whole[at++];
      else inside = false;
    } else if (letter === '"' && cell === "" && closes(whole, at)) inside = true;
    else if (letter === "\t") end();
    else if (letter === "\n") {
      end();
      rows.push([]);
    } else cell += letter;
  }
  end();
  // A copied block ends with a line end that begins no line.
  if (rows.length > 1 && rows.at(-1)?.length === 1 && rows.at(-1)?.[0] === "") rows.pop();
  return rows;
}

// «"Ромашка" ООО» is a text with quotes, not a text in quotes: after the closing one comes a tab or the end of the line.
const closes = (text: string, from: number): boolean => /^"(?:[^"]|"")*"(?:[\t\n]|$)/.test(text.slice(from));
