/** The axis of a gantt: days as pixels, marks above it, and where a bar lies. */
import { locale } from "../../words";
import { addDays } from "../../words/format";
import { addMonths, daysBetween, daysFrom, monthOf, weekOf } from "../days";

export const ZOOMS = ["day", "week", "month"] as const;
export type Zoom = (typeof ZOOMS)[number];

/** How wide a day is, and how many are in sight. */
export const DAY_PX: Readonly<Record<Zoom, number>> = { day: 40, week: 18, month: 6 };
export const SIGHT_DAYS: Readonly<Record<Zoom, number>> = { day: 42, week: 98, month: 365 };
const BEFORE: Readonly<Record<Zoom, number>> = { day: 10, week: 21, month: 90 };
export const STEP_DAYS: Readonly<Record<Zoom, number>> = { day: 14, week: 28, month: 120 };

export interface Mark {
  readonly day: string;
  readonly left: number;
  readonly width: number;
  readonly title: string;
  readonly off?: boolean;
}

export interface Axis {
  readonly first: string;
  readonly last: string;
  readonly width: number;
  readonly upper: readonly Mark[];
  readonly lower: readonly Mark[];
}

const say = (day: string, how: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...how }).format(new Date(`${day}T00:00:00Z`)).replace(/\sг\.$/, "");

export function axisOf(zoom: Zoom, anchor: string, firstWeekday: number): Axis {
  const begin = addDays(anchor, -BEFORE[zoom]);
  const first = zoom === "month" ? monthOf(begin) : weekOf(begin, firstWeekday);
  const last = addDays(first, SIGHT_DAYS[zoom] - 1);
  const px = DAY_PX[zoom];
  const at = (day: string, days: number, title: string): Mark => {
    const from = Math.max(0, daysBetween(first, day));
    const to = Math.min(SIGHT_DAYS[zoom], daysBetween(first, day) + days);
    return { day, left: from * px, width: (to - from) * px, title };
  };
  const months: Mark[] = [];
  for (let month = monthOf(first); month <= last; month = addMonths(month, 1)) {
    months.push(at(month, daysBetween(month, addMonths(month, 1)), say(month, zoom === "month" ? { month: "short" } : { month: "long", year: "numeric" })));
  }
  const days = daysFrom(first, SIGHT_DAYS[zoom]);
  if (zoom === "day") {
    const marks = days.map((day) => ({ ...at(day, 1, String(Number(day.slice(8)))), off: [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()) }));
    return { first, last, width: days.length * px, upper: months, lower: marks };
  }
  if (zoom === "week") return { first, last, width: days.length * px, upper: months, lower: days.filter((_, index) => index % 7 === 0).map((day) => at(day, 7, say(day, { day: "numeric", month: "short" }))) };
  const years = [...new Set(months.map((one) => one.day.slice(0, 4)))].map((year) => at(`${year}-01-01`, daysBetween(`${year}-01-01`, `${Number(year) + 1}-01-01`), year));
  return { first, last, width: days.length * px, upper: years, lower: months };
}

/** Where a bar of these days lies on the axis, cut at its ends. */
export function barOf(axis: Axis, zoom: Zoom, first: string, last: string): { readonly left: number; readonly width: number; readonly begins: boolean; readonly ends: boolean } {
  const px = DAY_PX[zoom];
  const from = Math.max(0, daysBetween(axis.first, first));
  const to = Math.min(SIGHT_DAYS[zoom], daysBetween(axis.first, last) + 1);
  return { left: from * px, width: Math.max(4, (to - from) * px), begins: first >= axis.first, ends: last <= axis.last };
}
