/** A year laid out by months, and what a press on a day means. */
import type { DayKind } from "../../api/company";

export interface Month {
  readonly number: number;
  /** Empty places before the first day. */
  readonly blank: number;
  readonly days: readonly string[];
}

/** first: the first day of a week, Monday 1. */
export function monthsOf(year: number, first: number): readonly Month[] {
  return Array.from({ length: 12 }, (_, month) => {
    const start = new Date(Date.UTC(year, month, 1));
    const weekday = start.getUTCDay() || 7;
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const days = Array.from({ length }, (__, day) => `${year}-${String(month + 1).padStart(2, "0")}-${String(day + 1).padStart(2, "0")}`);
    return { number: month + 1, blank: (weekday - first + 7) % 7, days };
  });
}

/** What the day would be by the week alone. */
export function usualKind(day: string, weekdays: readonly number[]): "work" | "off" {
  return weekdays.includes(new Date(`${day}T00:00:00Z`).getUTCDay() || 7) ? "work" : "off";
}

/** Works → short → off → works; "usual" stands for what the week says. */
export function nextKind(now: DayKind | "usual", usual: "work" | "off"): DayKind | "usual" {
  const shown = now === "usual" ? usual : now;
  const next = { work: "short", short: "off", off: "work" }[shown] as DayKind;
  return next === usual ? "usual" : next;
}
