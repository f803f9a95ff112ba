/** Values of a dictionary as they stand: a tree in the order that people gave it. */
export interface Value {
  readonly id: number;
  readonly version: number;
  readonly title: string;
  readonly order: number | null;
  readonly hue: number | null;
  readonly archived: boolean;
  readonly parent: number | null;
}

export interface Row {
  readonly value: Value;
  readonly depth: number;
}

export interface Moved {
  readonly id: number;
  readonly order: number;
  readonly parent: number | null;
}

const STEP = 10;

/** From the top down, children after their parent; who points at nobody here, or round in a circle, stands at the top. */
export function rowsOf(values: readonly Value[]): readonly Row[] {
  const ids = new Set(values.map((one) => one.id));
  const told = new Set<number>();
  const below = (parent: number | null, depth: number): readonly Row[] =>
    childrenOf(values, parent, ids).flatMap((value) => {
      if (told.has(value.id)) return [];
      told.add(value.id);
      return [{ value, depth }, ...below(value.id, depth + 1)];
    });
  const tree = below(null, 0);
  return [...tree, ...values.filter((one) => !told.has(one.id)).map((value) => ({ value, depth: 0 }))];
}

function childrenOf(values: readonly Value[], parent: number | null, ids: ReadonlySet<number>): readonly Value[] {
  return values
    .filter((one) => (one.parent !== null && ids.has(one.parent) ? one.parent : null) === parent)
    .sort((left, right) => (left.order ?? Number.MAX_SAFE_INTEGER) - (right.order ?? Number.MAX_SAFE_INTEGER) || left.id - right.id);
}

const withBelow = (rows: readonly Row[], id: number): ReadonlySet<number> => {
  const at = rows.findIndex((row) => row.value.id === id);
  const gone = new Set<number>();
  const depth = rows[at]?.depth ?? 0;
  for (let index = at; index >= 0 && index < rows.length; index++) {
    const row = rows[index] as Row;
    if (index > at && row.depth <= depth) break;
    gone.add(row.value.id);
  }
  return gone;
};

/** Let go at `index` among the rows that are not carried: it becomes a neighbour of the row that comes after, last of all at the top. */
export function dropped(values: readonly Value[], id: number, index: number): readonly Moved[] {
  const rows = rowsOf(values);
  const carried = withBelow(rows, id);
  const rest = rows.filter((row) => !carried.has(row.value.id));
  const next = rest[index]?.value ?? null;
  return under(values, id, next?.parent ?? null, next?.id ?? null);
}

/** Into `parent` before `before`, or last: what has to be written, of it and of its neighbours. */
export function under(values: readonly Value[], id: number, parent: number | null, before: number | null): readonly Moved[] {
  const rows = rowsOf(values);
  const value = values.find((one) => one.id === id);
  if (!value || (parent !== null && withBelow(rows, id).has(parent))) return [];
  const ids = new Set(values.map((one) => one.id));
  const siblings = childrenOf(values, parent, ids).filter((one) => one.id !== id);
  const at = before === null ? siblings.length : siblings.findIndex((one) => one.id === before);
  const next = [...siblings.slice(0, at < 0 ? siblings.length : at), value, ...siblings.slice(at < 0 ? siblings.length : at)];
  return next.map((one, index) => ({ id: one.id, order: (index + 1) * STEP, parent })).filter((one) => {
    const old = values.find((each) => each.id === one.id) as Value;
    return old.order !== one.order || (old.parent ?? null) !== one.parent;
  });
}

/** One step among its neighbours by keys; in: under the neighbour above; out: beside its parent. */
export function stepped(values: readonly Value[], id: number, way: "up" | "down" | "in" | "out"): readonly Moved[] {
  const value = values.find((one) => one.id === id);
  if (!value) return [];
  const ids = new Set(values.map((one) => one.id));
  const parent = value.parent !== null && ids.has(value.parent) ? value.parent : null;
  const siblings = childrenOf(values, parent, ids);
  const at = siblings.findIndex((one) => one.id === id);
  if (way === "in") return at > 0 ? under(values, id, (siblings[at - 1] as Value).id, null) : [];
  if (way === "out") {
    const above = values.find((one) => one.id === parent);
    if (!above) return [];
    const uncles = childrenOf(values, above.parent, ids);
    return under(values, id, above.parent, uncles[uncles.findIndex((one) => one.id === above.id) + 1]?.id ?? null);
  }
  const to = way === "up" ? at - 1 : at + 2;
  return to < 0 || to > siblings.length ? [] : under(values, id, parent, siblings[to]?.id ?? null);
}

export const afterAll = (values: readonly Value[]): number => Math.max(0, ...values.map((one) => one.order ?? 0)) + STEP;
