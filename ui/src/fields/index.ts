/** THE registry of field types: lists, boards, cards and filters read it and know no type by name.

    A new type is a folder here and one line below; its server twin is svyaz/fields/<type>.py. */
import type { Cell, Field } from "../api/types";
import { barcode } from "./barcode";
import { choice, choices, stage } from "./choice";
import { colour } from "./colour";
import { date, datetime } from "./date";
import { account, bik, inn, kpp, ogrn } from "./digits";
import { duration } from "./duration";
import { file, image } from "./file";
import { email, phone } from "./labelled";
import { any_link, department, employee, link, manyLinks } from "./link";
import { address, person_name } from "./lined";
import { money } from "./money";
import { decimal, integer, percent } from "./number";
import { place } from "./place";
import { rating } from "./rating";
import { autonumber, long_text, text, url } from "./text";
import type { FieldType } from "./types";
import { yes_no } from "./yes_no";

export type { Asking, Condition, FieldTools, FieldType, Move } from "./types";
export { fieldTools, NEEDS_NOTHING } from "./types";

export const fieldTypes: Readonly<Record<string, FieldType>> = {
  text, long_text, integer, decimal, money, percent, date, datetime, duration, yes_no, choice, choices, stage,
  link, links: manyLinks, any_link, employee, department, person_name, address, place, phone, email, url, rating, colour, file, image, autonumber, barcode,
  inn, kpp, ogrn, bik, account,
};

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
