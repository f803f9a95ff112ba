/** How headers, measures and figures of reports are said. */
import type { Cell, Field } from "../../api/types";
import { fieldType, sayCell } from "../../fields";
import { findField, type Entity } from "../../schema";
import { sayTotal } from "../../views/totals";
import { locale, t, tryWords } from "../../words";
import { addDays, sayDay, sayNumber } from "../../words/format";

export const GRAINS = ["day", "week", "month", "quarter", "year"] as const;
export type Grain = (typeof GRAINS)[number];

export interface Dimension {
  readonly text: string;
  readonly path: string;
  readonly grain: Grain | "";
  readonly field: Field;
}

export interface Measure {
  readonly text: string;
  readonly how: string;
  readonly field: Field | null;
}

const isGrain = (text: string): text is Grain => (GRAINS as readonly string[]).includes(text);

/** Days and instants are grouped by grains; a type says so by asking for periods. */
export const isDated = (field: Field): boolean => fieldType(field).ask.conditions.includes("period");

/** "close_on:month"; null when the configuration has no such field any more. */
export function dimensionOf(entity: Entity, text: string): Dimension | null {
  const [path = "", grain = ""] = text.split(":");
  const field = findField(entity, path);
  return field ? { text, path, grain: isGrain(grain) ? grain : "", field } : null;
}

export function measureOf(entity: Entity, text: string): Measure | null {
  const [how = "", path = ""] = text.split(":");
  const field = path ? findField(entity, path) : null;
  return path && !field ? null : { text, how, field };
}

export const sayDimension = (one: Dimension): string => (one.grain ? t("report.by_grain", { field: one.field.title, grain: t(`grain.${one.grain}`) }) : one.field.title);

export function sayMeasure(one: Measure): string {
  if (!one.field) return t(one.how === "share" ? "report.share" : "report.count");
  return one.how === "sum" ? one.field.title : `${one.field.title}, ${tryWords(`total.${one.how}`) ?? one.how}`;
}

/** A header's cell; an empty one says so. */
export function sayHeader(one: Dimension, cell: Cell | undefined): string {
  if (cell == null) return t("board.empty_value");
  return one.grain ? sayGrain(one.grain, String(cell)) : sayCell(one.field, cell) || t("board.empty_value");
}

export function sayGrain(grain: Grain, day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  const year = day.slice(0, 4);
  if (grain === "year") return year;
  if (grain === "quarter") return t("report.quarter", { n: String(Math.ceil(Number(day.slice(5, 7)) / 3)), year });
  if (grain === "month") return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", month: "short", year: "numeric" }).format(at).replace(/\sг\.$/, "");
  if (grain === "week") return `${sayDay(day)} – ${sayDay(addDays(day, 6))}`;
  return sayDay(day);
}

export function sayFigure(one: Measure, cell: Cell | undefined): string {
  if (cell == null) return "";
  if (one.how === "share") return sayShare(Number(cell));
  if (one.how === "count" || !one.field) return sayNumber(Number(cell));
  return sayTotal(one.field, cell);
}

export const sayShare = (share: number | null): string =>
  share === null ? "—" : new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(share);

/** The number of a figure, for the chart and the order of series: of money the sum in the company's currency. */
export function sizeOf(cell: Cell | undefined): number {
  const one = Array.isArray(cell) ? cell[0] : cell;
  const size = Number(one ?? 0);
  return Number.isFinite(size) ? size : 0;
}

/** Whether a figure of a whole is the sum of those of its parts. */
export const adds = (one: Measure): boolean => ["count", "sum", "share"].includes(one.how);
