/** Chosen cells: rectangles, the last of which is being drawn from `anchor` to the current cell. */
export interface Spot {
  readonly row: number;
  readonly column: number;
}

export interface Range {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const between = (one: Spot, other: Spot): Range => ({
  top: Math.min(one.row, other.row), left: Math.min(one.column, other.column), bottom: Math.max(one.row, other.row), right: Math.max(one.column, other.column),
});

export const isSingle = (range: Range): boolean => range.top === range.bottom && range.left === range.right;

export const holds = (range: Range, row: number, column: number): boolean =>
  row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;

/** Columns of a row that are chosen, as text, so that a row is drawn anew only when it changes: "0-2,5-5". */
export function columnsIn(ranges: readonly Range[], row: number): string {
  return ranges.filter((one) => row >= one.top && row <= one.bottom).map((one) => `${one.left}-${one.right}`).join();
}

export function isIn(columns: string, column: number): boolean {
  return columns !== "" && columns.split(",").some((part) => {
    const [from, to] = part.split("-").map(Number);
    return from !== undefined && to !== undefined && column >= from && column <= to;
  });
}
