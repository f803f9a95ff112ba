/** Values of several parts that are one line: a cell is {part: text}, or a line as it was typed until the server has answered. */
import type { Cell } from "../../api/types";
import type { WordKey } from "../../words";

export type Parts = Readonly<Record<string, string>>;

export interface Part {
  readonly key: string;
  readonly title: WordKey;
  readonly short?: boolean;
}

export const partsOf = (cell: Cell): Parts =>
  cell !== null && typeof cell === "object" && !Array.isArray(cell)
    ? Object.fromEntries(Object.entries(cell).map(([key, text]) => [key, String(text ?? "")]))
    : {};

export const lineOf = (cell: Cell, line: (parts: Parts) => string): string => (typeof cell === "string" ? cell : line(partsOf(cell)));
