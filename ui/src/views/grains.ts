/** Days gathered by months, quarters…: "close_on:month", as in reports.  A group is told by its first day. */
import type { Field } from "../api/types";
import { fieldType } from "../fields";
import { locale } from "../words";
import { addDays, sayDay } from "../words/format";

export const GRAINS = ["day", "week", "month", "quarter", "year"] as const;
export type Grain = (typeof GRAINS)[number];

export const isGrain = (text: string | undefined): text is Grain => GRAINS.includes(text as Grain);
export const isDated = (field: Field): boolean => fieldType(field).ask.conditions.includes("period");

export const pathOf = (group: string): string => group.split(":")[0] ?? "";
export const grainOf = (group: string): Grain | null => {
  const grain = group.split(":")[1];
  return isGrain(grain) ? grain : null;
};

/** The last day of the grain that begins on this day. */
export function lastDay(grain: Grain, first: string): string {
  if (grain === "day") return first;
  if (grain === "week") return addDays(first, 6);
  const months = { month: 1, quarter: 3, year: 12 }[grain];
  const index = Number(first.slice(0, 4)) * 12 + Number(first.slice(5, 7)) - 1 + months;
  return addDays(`${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`, -1);
}

export function sayGroupDay(grain: Grain, first: string): string {
  const at = new Date(`${first}T00:00:00Z`);
  if (grain === "year") return first.slice(0, 4);
  if (grain === "month") return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", month: "long", year: "numeric" }).format(at).replace(/\sг\.$/, "");
  return grain === "day" ? sayDay(first) : `${sayDay(first)} – ${sayDay(lastDay(grain, first))}`;
}
