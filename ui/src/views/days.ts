/** Days of records as calendars and gantts need them: read from a cell, moved, asked for.  A day is "2026-11-24" of
    the company's zone; a cell is such a day or an instant. */
import type { Cell, Field } from "../api/types";
import { fieldType } from "../fields";
import { all, any, isEmpty } from "../fields/formula";
import { addDays, dayOf, fromLocal, toLocal } from "../words/format";

const isDay = (cell: Cell | undefined): boolean => typeof cell === "string" && /^\d{4}-\d{2}-\d{2}$/.test(cell);

export const dayOfCell = (cell: Cell | undefined): string | null =>
  typeof cell !== "string" || !cell ? null : isDay(cell) ? cell : dayOf(new Date(cell));

/** Minutes since midnight; null of a day without a time. */
export function minutesOf(cell: Cell | undefined): number | null {
  if (typeof cell !== "string" || !cell || isDay(cell)) return null;
  const [hours, minutes] = toLocal(cell).slice(11).split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** The same time so many days later. */
export function shiftCell(cell: Cell, days: number): Cell {
  if (typeof cell !== "string") return cell;
  if (isDay(cell)) return addDays(cell, days);
  const local = toLocal(cell);
  return fromLocal(`${addDays(local.slice(0, 10), days)}T${local.slice(11)}`);
}

export const shiftMinutes = (cell: Cell, minutes: number): Cell =>
  typeof cell === "string" && !isDay(cell) ? new Date(Date.parse(cell) + minutes * 60_000).toISOString().replace(/\.\d+Z$/, "Z") : cell;

/** A value for the field on that day; an instant is at this hour. */
export function cellOn(field: Field, day: string, hour = 10): Cell {
  return isTimed(field) ? fromLocal(`${day}T${String(hour).padStart(2, "0")}:00`) : day;
}

/** Whether the field keeps a time beside the day. */
export const isTimed = (field: Field): boolean => fieldType(field).entry?.input === "datetime-local";

export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

export const daysFrom = (first: string, count: number): readonly string[] => Array.from({ length: count }, (_, at) => addDays(first, at));

/** 1 Monday … 7 Sunday. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

export const weekOf = (day: string, firstWeekday: number): string => addDays(day, -((weekdayOf(day) - firstWeekday + 7) % 7));

export const monthOf = (day: string): string => `${day.slice(0, 7)}-01`;

/** The same day of another month, or its last one. */
export function addMonths(day: string, months: number): string {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const first = `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
  const last = addDays(addDays(first, 31).slice(0, 8) + "01", -1);
  const wanted = `${first.slice(0, 8)}${day.slice(8)}`;
  return wanted > last ? last : wanted;
}

/** Records that have something of these days, both included. */
export function clauseOfDays(date: Field, until: Field | null, first: string, last: string): string {
  const within = (field: Field, from: string | null, to: string | null): string => fieldType(field).ask.clause(field.key, "between", [from, to], field);
  if (!until || until.key === date.key) return within(date, first, last);
  return any([
    within(date, first, last),
    all([within(date, null, addDays(first, -1)), within(until, first, null)]),
    all([isEmpty(date.key), within(until, first, last)]),
  ]);
}
