/** The stretch of days that a figure is about, and the one it is compared with. */
import type { Field } from "../../api/types";
import { fieldType } from "../../fields";
import { addMonths, daysBetween, weekOf } from "../../views/days";
import type { Grain } from "../../views/grains";
import { addDays } from "../../words/format";

export interface Span {
  readonly first: string;
  readonly last: string;
}

/** The day, week, month… that `day` is in, up to and with that day. */
export function spanOf(period: Grain, day: string, firstWeekday: number): Span {
  return { first: firstOf(period, day, firstWeekday), last: day };
}

/** As many days of the one before: a month half gone is compared with the same half of the last month, never with all of it. */
export function before(period: Grain, span: Span): Span {
  const first = stepBack(period, span.first);
  const gone = daysBetween(span.first, span.last);
  const last = addDays(first, gone);
  return { first, last: last < span.first ? last : addDays(span.first, -1) };
}

function firstOf(period: Grain, day: string, firstWeekday: number): string {
  if (period === "day") return day;
  if (period === "week") return weekOf(day, firstWeekday);
  if (period === "month") return `${day.slice(0, 7)}-01`;
  if (period === "year") return `${day.slice(0, 4)}-01-01`;
  const month = Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1;
  return `${day.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
}

function stepBack(period: Grain, first: string): string {
  if (period === "day") return addDays(first, -1);
  if (period === "week") return addDays(first, -7);
  return addMonths(first, -{ month: 1, quarter: 3, year: 12 }[period]);
}

export const clauseOf = (field: Field, span: Span): string => fieldType(field).ask.clause(field.key, "between", [span.first, span.last], field);

/** By how much it grew, in per cent; null where there was nothing to grow from. */
export const growth = (now: number, then: number): number | null => (then === 0 ? null : Math.round(((now - then) / Math.abs(then)) * 100));

