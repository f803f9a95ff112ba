/** Where the caret of the grid is and which cells are chosen; the keys and the pointer that move them. */
import { computed, reactive, shallowRef, type Ref } from "vue";
import { between, columnsIn, holds, isSingle, type Range, type Spot } from "./ranges";

interface Field {
  readonly total: Ref<number>;
  columns(): number;
  page(): number;
  show(row: number, column: number): void;
}

/** row -1 is the heading. */
export function useCells(field: Field) {
  const current = reactive({ row: 0, column: 0 });
  const anchor = reactive({ row: 0, column: 0 });
  const others = shallowRef<readonly Range[]>([]);
  /** Being drawn by the fill handle: what would be filled. */
  const filling = shallowRef<Range | null>(null);

  const active = computed<Range>(() => between(anchor, current));
  const ranges = computed<readonly Range[]>(() => (filling.value ? [filling.value] : isSingle(active.value) && !others.value.length ? [] : [...others.value, active.value]));
  /** What an action is about: all that is chosen, or the cell of the caret. */
  const chosen = computed<readonly Range[]>(() => [...others.value, active.value]);
  const columnsOf = (row: number): string => columnsIn(ranges.value, row);
  const cornerOf = (row: number): number => (others.value.length || active.value.bottom !== row || current.row < 0 ? -1 : active.value.right);

  function goTo(row: number, column: number, extend = false): void {
    current.row = Math.min(Math.max(-1, row), Math.max(0, field.total.value - 1));
    current.column = Math.min(Math.max(0, column), field.columns() - 1);
    if (extend && current.row < 0) current.row = 0;
    if (!extend) {
      Object.assign(anchor, current);
      others.value = [];
    }
    field.show(current.row, current.column);
  }

  /** True when the key was one of moving. */
  function move(event: KeyboardEvent): boolean {
    const { row, column } = current;
    const far = event.ctrlKey || event.metaKey;
    const lastRow = field.total.value - 1;
    const lastColumn = field.columns() - 1;
    // Up into the heading, but not while drawing a range.
    const top = event.shiftKey || far ? 0 : -1;
    const to = {
      ArrowDown: [far ? lastRow : row + 1, column], ArrowUp: [far ? 0 : Math.max(top, row - 1), column],
      ArrowRight: [row, far ? lastColumn : column + 1], ArrowLeft: [row, far ? 0 : column - 1],
      PageDown: [row + field.page(), column], PageUp: [Math.max(0, row - field.page()), column],
      Home: [far ? 0 : row, 0], End: [far ? lastRow : row, lastColumn],
    }[event.key] as [number, number] | undefined;
    if (!to) return false;
    goTo(to[0], to[1], event.shiftKey);
    return true;
  }

  function press(row: number, column: number, event: PointerEvent | MouseEvent): void {
    if (event.shiftKey) return goTo(row, column, true);
    if (!(event.ctrlKey || event.metaKey)) return goTo(row, column);
    others.value = [...others.value, active.value];
    Object.assign(current, { row, column });
    Object.assign(anchor, current);
  }

  const selectAll = (): void => {
    others.value = [];
    Object.assign(anchor, { row: 0, column: 0 });
    Object.assign(current, { row: field.total.value - 1, column: field.columns() - 1 });
  };

  /** One rectangle from here to there, the caret at its beginning. */
  function take(range: Range): void {
    others.value = [];
    Object.assign(anchor, { row: range.bottom, column: range.right });
    Object.assign(current, { row: range.top, column: range.left });
  }

  const collapse = (): boolean => {
    const had = ranges.value.length > 0;
    others.value = [];
    Object.assign(anchor, current);
    return had;
  };

  return { current, active, ranges, chosen, filling, columnsOf, cornerOf, goTo, move, press, selectAll, take, collapse };
}

export type Cells = ReturnType<typeof useCells>;
export { holds, type Spot };
