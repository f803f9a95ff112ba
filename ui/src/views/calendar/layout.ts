/** Where records lie in a row of days and in the hours of a day. */
import type { Field } from "../../api/types";
import type { Rec } from "../../records/cache";
import { addDays } from "../../words/format";
import { dayOfCell, daysBetween, minutesOf } from "../days";

/** A record as a calendar sees it: its first and its last day, and when of these days. */
export interface Item {
  readonly rec: Rec;
  readonly first: string;
  readonly last: string;
  /** Minutes since midnight; null for a whole day or several. */
  readonly from: number | null;
  readonly to: number | null;
}

/** A piece of a record in one row of days: its first day there, how many days it takes, on which line. */
export interface Piece {
  readonly item: Item;
  readonly day: string;
  readonly span: number;
  readonly line: number;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** A record among the hours of a day: shares of the width of the column. */
export interface Block {
  readonly item: Item;
  readonly from: number;
  readonly to: number;
  readonly column: number;
  readonly columns: number;
}

const LEAST_MINUTES = 30;

export function itemOf(rec: Rec, date: Field, until: Field | null): Item | null {
  const [begin, end] = [rec.values[date.key] ?? null, until ? (rec.values[until.key] ?? null) : null];
  const [first, last] = [dayOfCell(begin ?? end), dayOfCell(end)];
  if (!first) return null;
  // An end before the beginning is a mistake in the data: the record is still somewhere to be seen.
  const whole = last && last > first ? last : first;
  const from = whole === first ? minutesOf(begin ?? end) : null;
  const to = from === null || !begin ? null : minutesOf(end);
  return { rec, first, last: whole, from, to: to !== null && from !== null && to > from ? to : null };
}

const order = (left: Item, right: Item): number =>
  left.first.localeCompare(right.first) || daysBetween(right.first, right.last) - daysBetween(left.first, left.last) || (left.from ?? -1) - (right.from ?? -1) || left.rec.id - right.rec.id;

/** Pieces of these records in a row of days, each on the highest line that is free for all of its days. */
export function layRow(items: readonly Item[], first: string, count: number): readonly Piece[] {
  const last = addDays(first, count - 1);
  const taken: string[] = [];
  return items.filter((item) => item.first <= last && item.last >= first).sort(order).map((item) => {
    const day = item.first < first ? first : item.first;
    const end = item.last > last ? last : item.last;
    let line = taken.findIndex((until) => until < day);
    if (line === -1) line = taken.length;
    taken[line] = end;
    return { item, day, span: daysBetween(day, end) + 1, line, begins: day === item.first, ends: end === item.last };
  });
}

/** Records of one day side by side where they meet. */
export function layHours(items: readonly Item[]): readonly Block[] {
  const sorted = items.filter((item) => item.from !== null).sort(order);
  const found: Block[] = [];
  let group: { item: Item; from: number; to: number; column: number }[] = [];
  let end = -1;
  const close = (): void => {
    const columns = Math.max(1, ...group.map((one) => one.column + 1));
    found.push(...group.map((one) => ({ ...one, columns })));
    group = [];
  };
  for (const item of sorted) {
    const from = Math.min(item.from ?? 0, 24 * 60 - LEAST_MINUTES);
    const to = Math.max(from + LEAST_MINUTES, item.to ?? 0);
    if (from >= end) close();
    let column = 0;
    while (group.some((one) => one.column === column && one.to > from)) column++;
    group.push({ item, from, to, column });
    end = Math.max(from >= end ? to : end, to);
  }
  close();
  return found;
}
