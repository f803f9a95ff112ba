/** What a chart counts, made of the answer of a report: parts with their size, words and the records behind each. */
import type { PivotAnswer } from "../../api/reports";
import type { Cell, Field } from "../../api/types";
import { sayCell } from "../../fields";
import { all } from "../../fields/formula";
import { hueOf } from "../../kit/hue";
import { findStage, pipelineOf, stageField, type Entity } from "../../schema";
import { t } from "../../words";
import { addDays, sayNumber } from "../../words/format";
import { lastDay, sayGroupDay, type Grain } from "../grains";
import { sayTotal } from "../totals";

export interface Part {
  readonly key: string;
  readonly title: string;
  readonly size: number;
  readonly said: string;
  readonly hue: number | null;
  /** Which records these are; null of several parts together. */
  readonly filter: string | null;
}

export interface Counting {
  readonly entity: Entity;
  readonly field: Field;
  readonly grain: Grain | null;
  /** What is added up; null: records are counted. */
  readonly total: Field | null;
}

export const NO_VALUE = "null";
const MOST_DAYS = 400;

const one = (cell: Cell | undefined): number => {
  const size = Number((Array.isArray(cell) ? cell[0] : cell) ?? 0);
  return Number.isFinite(size) ? size : 0;
};

export const sayFigure = (counting: Counting, cell: Cell | undefined): string => (counting.total ? sayTotal(counting.total, cell ?? null) : sayNumber(one(cell)));

/** In the order of the field where it has one: stages, options, days; else the largest first. */
export function partsOf(counting: Counting, answer: PivotAnswer, filter: string): readonly Part[] {
  const { field, grain } = counting;
  const parts = answer.rows.flatMap((header, index): readonly (Part & { readonly order: number })[] => {
    if (!header.length) return [];
    const [value, cell] = [header[0] ?? null, answer.cells[index]?.[0]?.[0]];
    if (cell == null) return [];
    const title = value === null || value === "" ? t("board.empty_value") : grain ? sayGroupDay(grain, String(value)) : typeof value === "boolean" ? t(value ? "field.yes" : "field.no") : sayCell(field, value);
    return [{ key: JSON.stringify(value), title, size: one(cell), said: sayFigure(counting, cell), hue: hueOfValue(counting, value, title), filter: all([filter, answer.row_filters[index] ?? ""]), order: orderOf(counting, value) }];
  });
  if (grain) return filled(counting, grain, parts.sort((left, right) => (left.key < right.key ? -1 : 1)));
  return parts.sort((left, right) => left.order - right.order || right.size - left.size);
}

/** Months without records stand between the others too: a line that leaps over them would lie. */
function filled(counting: Counting, grain: Grain, parts: readonly Part[]): readonly Part[] {
  const days = parts.filter((part) => part.key !== NO_VALUE);
  const known = new Map(days.map((part) => [String(JSON.parse(part.key)), part]));
  const [first, last] = [[...known.keys()][0], [...known.keys()].at(-1)];
  if (!first || !last) return parts;
  const made: Part[] = [];
  for (let day = first; day <= last && made.length < MOST_DAYS; day = addDays(lastDay(grain, day), 1)) {
    made.push(known.get(day) ?? { key: JSON.stringify(day), title: sayGroupDay(grain, day), size: 0, said: sayFigure(counting, zeroOf(counting)), hue: counting.entity.hue, filter: null });
  }
  return [...made, ...parts.filter((part) => part.key === NO_VALUE)];
}

const zeroOf = ({ total }: Counting): Cell => {
  const currency = total?.options.currency ?? total?.options.base;
  return currency ? ["0", currency] : 0;
};

/** The largest so many, and the rest together. */
export function gather(counting: Counting, parts: readonly Part[], most: number): readonly Part[] {
  if (parts.length <= most) return parts;
  const kept = new Set([...parts].sort((left, right) => right.size - left.size).slice(0, most - 1));
  const rest = parts.filter((part) => !kept.has(part));
  const size = rest.reduce((sum, part) => sum + part.size, 0);
  const zero = zeroOf(counting);
  const said = sayFigure(counting, Array.isArray(zero) ? [String(size), zero[1] ?? ""] : String(size));
  return [...parts.filter((part) => kept.has(part)), { key: "", title: t("view.others", { n: rest.length }), size, said, hue: null, filter: null }];
}

function orderOf({ entity, field }: Counting, value: Cell): number {
  if (value === null) return Infinity;
  const keys = field === stageField(entity) ? entity.pipelines.flatMap((pipeline) => pipeline.stages.map((stage) => stage.key)) : (field.options.options?.map((option) => option.key) ?? []);
  const at = keys.indexOf(String(value));
  return at === -1 ? 0 : at;
}

function hueOfValue({ entity, field, grain }: Counting, value: Cell, title: string): number | null {
  if (value === null) return null;
  if (grain) return entity.hue;
  if (field === stageField(entity) && pipelineOf(entity, value)) return findStage(entity, value)?.hue ?? null;
  return field.options.options?.find((option) => option.key === value)?.hue ?? hueOf(title);
}

/** A ring of parts as paths of a circle of radius 1 about the middle. */
export function ringOf(parts: readonly Part[]): readonly { readonly part: Part; readonly path: string }[] {
  const whole = parts.reduce((sum, part) => sum + Math.max(0, part.size), 0);
  let from = 0;
  return parts.filter((part) => part.size > 0).map((part) => {
    const to = from + part.size / whole;
    const path = slice(from, Math.min(to, from + 0.9999));
    from = to;
    return { part, path };
  });
}

const INNER = 0.62;
function slice(from: number, to: number): string {
  const at = (share: number, radius: number): string => `${(Math.sin(share * 2 * Math.PI) * radius).toFixed(4)} ${(-Math.cos(share * 2 * Math.PI) * radius).toFixed(4)}`;
  const large = to - from > 0.5 ? 1 : 0;
  return `M${at(from, 1)}A1 1 0 ${large} 1 ${at(to, 1)}L${at(to, INNER)}A${INNER} ${INNER} 0 ${large} 0 ${at(from, INNER)}Z`;
}
