/** Named periods of a filter.  They are kept by name, so «в этом квартале» moves on with time. */
import { addDays, today } from "../../words/format";

export const PERIODS = [
  "today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month",
  "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "past", "future",
] as const;
export type Period = (typeof PERIODS)[number];

export const isPeriod = (value: unknown): value is Period => PERIODS.includes(value as Period);

/** From the first day to the day after the last; null is open. */
export function boundsOf(period: Period, day: string = today()): readonly [from: string | null, to: string | null] {
  switch (period) {
    case "today": return [day, addDays(day, 1)];
    case "yesterday": return [addDays(day, -1), day];
    case "tomorrow": return [addDays(day, 1), addDays(day, 2)];
    case "past": return [null, day];
    case "future": return [addDays(day, 1), null];
    case "this_week": return week(day, 0);
    case "last_week": return week(day, -1);
    case "next_week": return week(day, 1);
    case "this_month": return months(day, 1, 0);
    case "last_month": return months(day, 1, -1);
    case "next_month": return months(day, 1, 1);
    case "this_quarter": return months(day, 3, 0);
    case "last_quarter": return months(day, 3, -1);
    case "next_quarter": return months(day, 3, 1);
    case "this_year": return months(day, 12, 0);
    case "last_year": return months(day, 12, -1);
  }
}

function week(day: string, shift: number): readonly [string, string] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const monday = addDays(day, shift * 7 - weekday);
  return [monday, addDays(monday, 7)];
}

function months(day: string, length: number, shift: number): readonly [string, string] {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  const first = Math.floor(index / length) * length + shift * length;
  return [firstDay(first), firstDay(first + length)];
}

const firstDay = (index: number): string => `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
