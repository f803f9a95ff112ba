/** From the answer of a pivot to lines of a table, to series of a chart, to the text of a file. */
import type { PivotAnswer } from "../../api/reports";
import type { Cell } from "../../api/types";
import { all } from "../../fields/formula";
import { t } from "../../words";
import { adds, sayHeader, sizeOf, type Dimension, type Measure } from "./said";

export interface HeadCell {
  readonly key: string;
  readonly text: string;
  readonly across: number;
  readonly down: number;
  readonly total: boolean;
}

type Header = readonly Cell[];

/** Rows of the table's head: equal neighbours become one wide cell, a total reaches down to the last row. */
export function headRows(columns: readonly Header[], dimensions: readonly Dimension[]): readonly (readonly HeadCell[])[] {
  return dimensions.map((dimension, level) => {
    const made: HeadCell[] = [];
    let last = "";
    columns.forEach((header, place) => {
      if (header.length < level) return;
      const total = header.length === level;
      const key = JSON.stringify(header.slice(0, level + 1)) + (total ? `=${level}` : "");
      const before = made.at(-1);
      if (before && key === last && !total) {
        made[made.length - 1] = { ...before, across: before.across + 1 };
        return;
      }
      last = key;
      const text = total ? t(level ? "report.total" : "report.whole") : sayHeader(dimension, header[level]);
      made.push({ key: `${key}${place}`, text, across: 1, down: total ? dimensions.length - level : 1, total });
    });
    return made;
  });
}

export interface SideCell {
  readonly text: string;
  /** The same value as in the row above: said to a reader of screens, not written again. */
  readonly again: boolean;
}

/** Cells at the left of a row; a total says of what in the last of them. */
export function sideCells(header: Header, above: Header | undefined, dimensions: readonly Dimension[]): readonly SideCell[] {
  return dimensions.map((dimension, level) => {
    if (level > header.length) return { text: "", again: false };
    if (level === header.length) return { text: t(level ? "report.total" : "report.whole"), again: false };
    const again = above !== undefined && above.length > level && JSON.stringify(above.slice(0, level + 1)) === JSON.stringify(header.slice(0, level + 1));
    return { text: sayHeader(dimension, header[level]), again };
  });
}

export const isWhole = (header: Header, dimensions: readonly Dimension[]): boolean => header.length === dimensions.length;

export const cellFilter = (answer: PivotAnswer, base: string, row: number, column: number): string =>
  all([base, answer.row_filters[row] ?? "", answer.column_filters[column] ?? ""]);

/** What a cell is about, for the title of the list that it opens. */
export function cellTitle(answer: PivotAnswer, row: number, column: number, rows: readonly Dimension[], columns: readonly Dimension[]): string {
  const said = (header: Header | undefined, dimensions: readonly Dimension[]): string[] => (header ?? []).map((cell, level) => sayHeader(dimensions[level] as Dimension, cell));
  return [...said(answer.rows[row], rows), ...said(answer.columns[column], columns)].join(" · ");
}

// ---------------------------------------------------------------- chart

export interface Series {
  readonly title: string;
  /** null: grey, for what has no name of its own. */
  readonly hue: number | null;
  readonly sizes: readonly number[];
  readonly cells: readonly (Cell | undefined)[];
}

export interface ChartData {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly stacked: boolean;
  /** How many rows and series there are beyond those drawn. */
  readonly hidden: number;
}

const MOST_LABELS = 40;
const MOST_SERIES = 10;
const HUES = [262, 160, 75, 25, 310, 205, 110, 345, 235, 50] as const;

/** The first measure by the finest rows, one series for each of the finest columns.  The greatest series are kept;
    the others become one where parts make a whole, so that a stack is as high as its total. */
export function chartData(answer: PivotAnswer, rows: readonly Dimension[], columns: readonly Dimension[], measure: Measure): ChartData {
  const places = indices(answer.rows, (header) => isWhole(header, rows));
  const shown = places.slice(0, MOST_LABELS);
  const across = indices(answer.columns, (header) => isWhole(header, columns));
  const all = across.map((column) => {
    const cells = shown.map((row) => answer.cells[row]?.[column]?.[0]);
    return { column, cells, sizes: cells.map(sizeOf) };
  });
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, one) => total + Math.abs(one), 0);
  const kept = new Set([...all].sort((one, other) => sum(other.sizes) - sum(one.sizes)).slice(0, MOST_SERIES).map((one) => one.column));
  const series = all.filter((one) => kept.has(one.column)).map((one, place): Series => {
    const header = answer.columns[one.column] ?? [];
    const title = header.map((cell, level) => sayHeader(columns[level] as Dimension, cell)).join(" · ");
    return { title, hue: hueOfOption(columns, header) ?? HUES[place % HUES.length] ?? 262, sizes: one.sizes, cells: one.cells };
  });
  const rest = all.filter((one) => !kept.has(one.column));
  const stacked = adds(measure);
  const others: Series[] = rest.length && stacked ? [{ title: t("report.others"), hue: null, cells: [], sizes: shown.map((_, place) => rest.reduce((total, one) => total + (one.sizes[place] ?? 0), 0)) }] : [];
  // The finest first: what differs must not be cut off.
  const labels = shown.map((row) => (answer.rows[row] ?? []).map((cell, level) => sayHeader(rows[level] as Dimension, cell)).reverse().join(" · "));
  return { labels, series: [...series, ...others], stacked, hidden: places.length - shown.length + (stacked ? 0 : rest.length) };
}

/** An option of the configuration has a colour of its own, which people know it by. */
function hueOfOption(dimensions: readonly Dimension[], header: Header): number | null {
  const only = dimensions.length === 1 ? dimensions[0] : undefined;
  return only?.field.options.options?.find((option) => option.key === header[0])?.hue ?? null;
}

const indices = (headers: readonly Header[], kept: (header: Header) => boolean): readonly number[] =>
  headers.map((header, place) => (kept(header) ? place : -1)).filter((place) => place !== -1);

/** Round steps of an axis from 0 (or below it) to the greatest: 1, 2, 5 × 10ⁿ. */
export function axis(least: number, most: number, steps = 4): readonly number[] {
  const low = Math.min(0, least);
  const span = Math.max(most, 0) - low || 1;
  const rough = span / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil((low + span) / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
}

// ---------------------------------------------------------------- file

/** The table as CSV that Excel opens by itself: semicolons, a mark of UTF-8; numbers bare, with the point. */
export function tableText(answer: PivotAnswer, rows: readonly Dimension[], columns: readonly Dimension[], titles: { rows: readonly string[]; measures: readonly string[] }): string {
  const several = titles.measures.length;
  const says = (header: Header): string => header.map((cell, level) => sayHeader(columns[level] as Dimension, cell)).join(" / ") || (columns.length ? t("report.whole") : "");
  const head = [...titles.rows, ...answer.columns.flatMap((header) => titles.measures.map((title) => [says(header), several > 1 || !columns.length ? title : ""].filter(Boolean).join(": ")))];
  const lines = answer.rows.map((header, row) => [
    ...sideCells(header, undefined, rows).map((cell) => cell.text),
    ...answer.columns.flatMap((_, column) => titles.measures.map((_title, place) => bare(answer.cells[row]?.[column]?.[place]))),
  ]);
  return `\ufeff${[head, ...lines].map((line) => line.map(quoted).join(";")).join("\r\n")}\r\n`;
}

const bare = (cell: Cell | undefined): string => (cell == null ? "" : String(Array.isArray(cell) ? cell[0] : cell));

// A text that begins like a formula would be run by the table it is opened in.
function quoted(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
