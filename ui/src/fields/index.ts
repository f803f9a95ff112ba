/** THE registry of field types: lists, boards, cards and filters read it and know no type by name.

    A new type is a folder here and one line below, or in later.ts; its server twin is svyaz/fields/<type>.py. */
import type { Cell, Field } from "../api/types";
import { choice, choices, stage } from "./choice";
import { date, datetime } from "./date";
import { account, bik, inn, kpp, ogrn } from "./digits";
import { file, image } from "./file";
import { email, phone } from "./labelled";
import { any_link, department, employee, link, manyLinks } from "./link";
import { money } from "./money";
import { decimal, integer, percent } from "./number";
import { autonumber, long_text, text, url } from "./text";
import type { FieldType } from "./types";
import { yes_no } from "./yes_no";

export type { Asking, Condition, FieldTools, FieldType, Move } from "./types";
export { fieldTools, NEEDS_NOTHING } from "./types";

const types: Record<string, FieldType> = {
  text, long_text, integer, decimal, money, percent, date, datetime, yes_no, choice, choices, stage,
  link, links: manyLinks, any_link, employee, department, phone, email, url, file, image, autonumber,
  inn, kpp, ogrn, bik, account,
};

export const fieldTypes: Readonly<Record<string, FieldType>> = types;

const LATER: ReadonlySet<string> = new Set(["duration", "person_name", "address", "place", "rating", "colour", "barcode"]);

/** Bring the types of later.ts when one of these fields is of them; without fields, bring them anyway. */
export async function bringTypes(fields?: Iterable<Field>): Promise<void> {
  if ("duration" in types || (fields && ![...fields].some((field) => LATER.has(field.type)))) return;
  Object.assign(types, (await import("./later")).later);
}

/** An unknown type (a newer server) is shown as text rather than breaking the screen. */
export const fieldType = (field: Field): FieldType => fieldTypes[field.type] ?? text;

/** For those who must know a type by name: where a typed word goes, for one. */
export const isOfType = (field: Field, type: string): boolean => field.type === type;

export const sayCell = (field: Field, cell: Cell | undefined): string => (cell == null ? "" : fieldType(field).say(cell, field));

export const isEmptyCell = (cell: Cell | undefined): boolean => cell == null || cell === "" || (Array.isArray(cell) && cell.length === 0);

export const sameCell = (left: Cell | undefined, right: Cell | undefined): boolean =>
  left === right || (isEmptyCell(left) && isEmptyCell(right)) || JSON.stringify(left) === JSON.stringify(right);

/** A record has at most one value of it, and of these there are few: its values may be columns of a board. */
export const mayBeColumns = (field: Field): boolean =>
  !field.options.many && !["choices", "links", "any_link"].includes(field.type) && field.operators.length > 0 &&
  (field.options.options !== undefined || field.type === "yes_no" || (field.options.to !== undefined && fieldType(field).ask.conditions.includes("is")));
