/** A proposed object being corrected: columns that are taken, their names, types and links. */
import type { GuessedField, GuessedObject, TitleTable } from "../../../api/configurator";
import { titleOf } from "../form/model";

/** Types a column of words can be read as; a choice needs its options, so it is there only where it was guessed. */
export const TYPES = ["text", "long_text", "integer", "decimal", "money", "percent", "date", "datetime", "yes_no", "choice", "link", "phone", "email", "url", "inn"] as const;

export interface Column {
  readonly field: GuessedField;
  readonly taken: boolean;
  readonly title: string;
  readonly type: string;
  readonly to: string;
  readonly required: boolean;
}

export const columnsOf = (told: GuessedObject): readonly Column[] =>
  told.table.field.map((field) => ({
    field, taken: true, title: titleOf(field.title).ru ?? "", type: field.type, to: typeof field.to === "string" ? field.to : "", required: false,
  }));

export const typesFor = (column: Column): readonly string[] => TYPES.filter((type) => type !== "choice" || column.field.options !== undefined);

const SETTINGS = new Set(["key", "title", "type", "column", "samples", "links", "matched", "required"]);

/** The object to make: what was guessed of a type holds while the type does. */
export function tableOf(told: GuessedObject, title: TitleTable, columns: readonly Column[]): Readonly<Record<string, unknown>> {
  return {
    ...told.table,
    title,
    field: columns.filter((one) => one.taken).map((one) => {
      const options = one.type === one.field.type ? Object.fromEntries(Object.entries(one.field).filter(([name]) => !SETTINGS.has(name))) : {};
      return {
        key: one.field.key, title: { ru: one.title.trim() || titleOf(one.field.title).ru }, type: one.type, column: one.field.column, ...options,
        ...(one.type === "link" ? { to: one.to, on_delete: "clear" } : {}), ...(one.required ? { required: true } : {}),
      };
    }),
  };
}

export const isReady = (title: TitleTable, columns: readonly Column[]): boolean =>
  !!title.ru?.trim() && columns.some((one) => one.taken) && columns.every((one) => !one.taken || one.type !== "link" || !!one.to);
