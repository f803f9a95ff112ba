/** What is done with many cells of a grid at once: copied, pasted, filled, emptied, and taken back. */
import { shallowRef, type Ref } from "vue";
import { bulk, queryPage, undoBatch, type BulkOperation } from "../../api/records";
import type { Cell, Field, ProblemView } from "../../api/types";
import { readCells, type PastedLine, type ReadLine } from "../../api/views";
import { isEmptyCell, sameCell } from "../../fields";
import { toast } from "../../kit/toast";
import { hold, putRows, type Rec } from "../../records/cache";
import type { Rows } from "../../records/rows";
import { save, tell } from "../../records/save";
import { noteWrite } from "../../records/writes";
import { mayEdit, type Entity } from "../../schema";
import { t } from "../../words";
import type { Cells, Spot } from "./cells";
import type { Going } from "./bulk";
import { copyText, readTable, writeHtml, writeTable } from "./clip";
import { between, type Range } from "./ranges";
import { seriesOf } from "./series";

const MOST_COPIED = 20_000;
const MOST_PASTED = 10_000;
const MOST_FILLED = 10_000;
const PORTION = 1000;
const SCROLL_MS = 50;

interface Grid {
  entity(): Entity;
  columns(): readonly Field[];
  readonly rows: Rows;
  readonly cells: Cells;
  box(): HTMLElement | null;
  /** A list inside a card: nothing is added to it by pasting below its end. */
  fixed(): boolean;
}

interface Change {
  readonly rec: Rec;
  readonly values: Record<string, Cell>;
}

/** What a paste would do, shown when a part of it does not fit. */
export interface Pasting {
  readonly fields: readonly Field[];
  readonly lines: readonly { readonly label: string; readonly texts: readonly string[]; readonly problems: readonly ProblemView[]; readonly fresh: boolean }[];
  /** Columns that may not be filled, of those pasted over. */
  readonly locked: readonly string[];
  readonly changes: readonly Change[];
  readonly fresh: readonly Readonly<Record<string, Cell>>[];
  readonly range: Range;
}

/** Undone and done again in turn; returns what would turn it back, or null when nothing came of it. */
type Turn = () => Promise<Turn | null>;

export interface Sheet {
  readonly pasting: Ref<Pasting | null>;
  /** A paste or a filling of more than a portion, while it lasts. */
  readonly going: Ref<Going | null>;
  copy(event: ClipboardEvent): void;
  paste(text: string): void;
  accept(withNew: boolean): void;
  empty(): void;
  fillDown(): void;
  undo(): void;
  redo(): void;
  noteEdit(rec: Rec, key: string, before: Cell, after: Cell): void;
  draw(event: PointerEvent, spotAt: (x: number, y: number) => Spot): void;
  drawFill(event: PointerEvent, spotAt: (x: number, y: number) => Spot): void;
}

export function makeSheet(grid: Grid): Sheet {
  const pasting = shallowRef<Pasting | null>(null);
  const going = shallowRef<Going | null>(null);
  const done: Turn[] = [];
  const undone: Turn[] = [];
  const { rows, cells } = grid;

  const fieldsOf = (range: Range): readonly Field[] => grid.columns().slice(range.left, range.right + 1);
  const recsOf = (range: Range): readonly Rec[] => {
    const found: Rec[] = [];
    for (let row = Math.max(0, range.top); row <= range.bottom; row++) {
      const rec = rows.rowAt(row);
      if (rec) found.push(rec);
    }
    return found;
  };
  const height = (range: Range): number => range.bottom - range.top + 1;

  async function load(ranges: readonly Range[], most: number): Promise<boolean> {
    const wanted = ranges.reduce((sum, range) => sum + height(range), 0);
    if (wanted > most) {
      toast(t("grid.too_many", { n: wanted, most }), { tone: "danger" });
      return false;
    }
    for (const range of ranges) await rows.read(Math.max(0, range.top), range.bottom + 1);
    return true;
  }

  // ------------------------------------------------------------------ copy

  const isLoaded = (range: Range): boolean => {
    for (let row = Math.max(0, range.top); row <= range.bottom; row++) if (!rows.rowAt(row) && !rows.headAt?.(row)) return false;
    return true;
  };

  function copy(event: ClipboardEvent): void {
    const ranges = cells.chosen.value;
    if (!ranges.every((range) => height(range) <= MOST_COPIED && isLoaded(range))) {
      // What is not read yet is read first; then the browser is asked for the same event again.
      void load(ranges, MOST_COPIED).then((read) => read && document.execCommand(event.type));
      return;
    }
    const table = ranges.flatMap((range) => recsOf(range).map((rec) => fieldsOf(range).map((field) => copyText(field, rec.values[field.key]))));
    event.clipboardData?.setData("text/plain", writeTable(table));
    event.clipboardData?.setData("text/html", writeHtml(fieldsOf(ranges[0] as Range), table));
    if (event.type === "cut") return empty();
    toast(t("grid.copied", { n: table.reduce((sum, row) => sum + row.length, 0) }));
  }

  // ------------------------------------------------------------------ write

  /** The work in portions, seen going when there are several; false when it was stopped before its end. */
  async function inPortions(total: number, work: (from: number) => Promise<void>): Promise<boolean> {
    let stopped = false;
    const stop = (): void => void (stopped = true);
    try {
      for (let from = 0; from < total; from += PORTION) {
        if (total > PORTION) going.value = { done: from, total, stop };
        await work(from);
        if (stopped) return from + PORTION >= total;
      }
      return true;
    } finally {
      going.value = null;
    }
  }

  async function write(changes: readonly Change[], fresh: readonly Readonly<Record<string, Cell>>[], said: "grid.pasted" | "grid.filled" | "grid.emptied"): Promise<void> {
    const entity = grid.entity();
    const real = changes.filter(({ rec, values }) => Object.entries(values).some(([key, cell]) => !sameCell(cell, rec.values[key])));
    if (!real.length && !fresh.length) return;
    const before = real.map(({ rec, values }) => Object.fromEntries(Object.keys(values).map((key) => [key, rec.values[key] ?? null])));
    const free = real.map(({ rec }) => hold(rec));
    for (const { rec, values } of real) Object.assign(rec.values, values);
    const operations: readonly BulkOperation[] = [
      ...real.map(({ rec, values }) => ({ do: "change", id: rec.id, version: rec.version, values }) as const), ...fresh.map((values) => ({ do: "create", values }) as const),
    ];
    const batches: number[] = [];
    const refused: string[] = [];
    let at = 0;
    try {
      await inPortions(operations.length, async (from) => {
        const answer = await bulk(entity.key, operations.slice(from, from + PORTION));
        if (answer.batch !== null) batches.push(answer.batch);
        answer.results.forEach((result, index) => {
          if (!result.problems.length) return;
          refused.push(result.problems[0]?.text ?? "");
          const back = before[from + index];
          if (back) Object.assign(real[from + index]?.rec.values ?? {}, back);
        });
        at = Math.min(from + PORTION, operations.length);
      });
    } catch (refusal) {
      tell(refusal);
    } finally {
      // What was not come to, because it was stopped or could not go on, is as it was.
      before.slice(at).forEach((back, index) => Object.assign(real[at + index]?.rec.values ?? {}, back));
      for (const one of free) one();
    }
    const count = at - refused.length;
    await readAgain(real.map(({ rec }) => rec));
    noteWrite(entity.key);
    if (fresh.length) rows.reload();
    if (refused.length) toast(t("grid.refused", { n: refused.length, why: refused[0] ?? "" }), { tone: "danger" });
    if (count <= 0) return;
    const turn = turnOf(batches, real.map(({ rec }) => rec), fresh.length > 0);
    done.push(turn);
    undone.length = 0;
    toast(t(said, { n: count }), { action: { title: t("do.undo"), run: () => void take(done, undone, turn) } });
  }

  /** New versions and what the server made of the values. */
  async function readAgain(recs: readonly Rec[]): Promise<void> {
    const { key } = grid.entity();
    for (let from = 0; from < recs.length; from += PORTION) {
      const part = recs.slice(from, from + PORTION);
      try {
        const page = await queryPage(key, { filter: `id in (${part.map((rec) => rec.id).join(", ")})`, fields: rows.fields(), limit: part.length });
        putRows(key, page.columns, page.rows);
      } catch {
        // The stream of changes brings them a moment later.
      }
    }
  }

  // ------------------------------------------------------------------ back and again

  const turnOf = (batches: readonly number[], recs: readonly Rec[], reload: boolean): Turn => async () => {
    const back: number[] = [];
    for (const batch of [...batches].reverse()) {
      const answer = await undoBatch(batch);
      if (answer.batch !== null) back.push(answer.batch);
      if (answer.kept.length) toast(t("grid.kept", { n: answer.kept.length }), { tone: "danger" });
    }
    await readAgain(recs);
    noteWrite(grid.entity().key);
    if (reload) rows.reload();
    return back.length ? turnOf(back, recs, reload) : null;
  };

  const turnOfEdit = (rec: Rec, key: string, before: Cell, after: Cell): Turn => async () =>
    ((await save(rec, { [key]: before })) ? turnOfEdit(rec, key, after, before) : null);

  async function take(from: Turn[], to: Turn[], turn = from.at(-1)): Promise<void> {
    if (!turn || !from.includes(turn)) return void (from === done && !turn && toast(t("grid.nothing_to_undo")));
    from.splice(from.indexOf(turn), 1);
    try {
      const back = await turn();
      if (back) to.push(back);
    } catch (refusal) {
      tell(refusal);
    }
  }

  function noteEdit(rec: Rec, key: string, before: Cell, after: Cell): void {
    done.push(turnOfEdit(rec, key, before, after));
    undone.length = 0;
  }

  // ------------------------------------------------------------------ empty and fill

  async function emptyChosen(): Promise<void> {
    const ranges = cells.chosen.value;
    if (!(await load(ranges, MOST_FILLED))) return;
    await write(merged(ranges.flatMap((range) => {
      const fields = fieldsOf(range).filter((field) => mayEdit(grid.entity(), field) && !field.required);
      return recsOf(range).map((rec) => ({ rec, values: Object.fromEntries(fields.filter((field) => !isEmptyCell(rec.values[field.key])).map((field) => [field.key, emptied(rec.values[field.key])])) }));
    })), [], "grid.emptied");
  }
  const empty = (): void => void emptyChosen();

  const emptied = (cell: Cell | undefined): Cell => (Array.isArray(cell) && Array.isArray(cell[0]) ? [] : typeof cell === "boolean" ? false : null);

  // A record may be in two ranges, or twice in a grouped list: it is written once.
  function merged(changes: readonly Change[]): readonly Change[] {
    const byRec = new Map<Rec, Record<string, Cell>>();
    for (const { rec, values } of changes) if (Object.keys(values).length) byRec.set(rec, { ...byRec.get(rec), ...values });
    return [...byRec].map(([rec, values]) => ({ rec, values }));
  }

  async function fill(source: Range, target: Range): Promise<void> {
    if (!(await load([target], MOST_FILLED))) return;
    const fields = fieldsOf(source).filter((field) => mayEdit(grid.entity(), field));
    const from = recsOf(source);
    if (!from.length) return;
    const all = recsOf({ ...target, top: Math.min(target.top, source.top), bottom: Math.max(target.bottom, source.bottom) });
    const begin = all.indexOf(from[0] as Rec);
    const series = fields.map((field) => seriesOf(field, from.map((rec) => rec.values[field.key] ?? null)));
    await write(merged(all.flatMap((rec, index) => {
      if (from.includes(rec)) return [];
      const place = index - begin;
      const like = from[((place % from.length) + from.length) % from.length] as Rec;
      return [{ rec, values: Object.fromEntries(fields.map((field, at) => [field.key, series[at]?.(place) ?? like.values[field.key] ?? null])) }];
    })), [], "grid.filled");
  }

  /** How many rows at the top of a range are a beginning to go on from: the rest of it is empty.  Otherwise one. */
  function begun(range: Range): number {
    const fields = fieldsOf(range).filter((field) => mayEdit(grid.entity(), field));
    const recs = recsOf(range);
    const filled = recs.findIndex((rec) => fields.every((field) => isEmptyCell(rec.values[field.key])));
    const empty = filled > 1 && recs.slice(filled).every((rec) => fields.every((field) => isEmptyCell(rec.values[field.key])));
    const on = empty && fields.some((field) => seriesOf(field, recs.slice(0, filled).map((rec) => rec.values[field.key] ?? null)));
    return on ? filled : 1;
  }

  function fillDown(): void {
    for (const range of cells.chosen.value) {
      // One cell takes what stands above it.
      const top = range.top === range.bottom ? Math.max(0, range.top - 1) : range.top;
      const first = top === range.top ? begun(range) : 1;
      if (range.bottom > top) void fill({ ...range, top, bottom: top + first - 1 }, { ...range, top: top + first });
    }
  }

  // ------------------------------------------------------------------ paste

  async function pasteText(text: string): Promise<void> {
    const block = readTable(text);
    const chosen = cells.active.value;
    const wide = Math.max(...block.map((row) => row.length));
    if (!text || !wide) return;
    // A block smaller than what is chosen is repeated over it, as in a spreadsheet.
    const across = repeats(chosen.right - chosen.left + 1, wide);
    const down = repeats(height(chosen), block.length);
    const all = grid.columns().slice(chosen.left, chosen.left + across);
    const fields = all.filter((field) => mayEdit(grid.entity(), field));
    const top = Math.max(0, chosen.top);
    const texts = Array.from({ length: down }, (_, row) => all.map((_field, column) => block[row % block.length]?.[column % wide] ?? ""));
    if (down > MOST_PASTED) return toast(t("grid.too_many", { n: down, most: MOST_PASTED }), { tone: "danger" });
    if (!fields.length) return toast(t("grid.all_locked"), { tone: "danger" });
    const range = { top, left: chosen.left, bottom: top + down - 1, right: chosen.left + all.length - 1 };
    try {
      await rows.read(top, Math.min(top + down, rows.total.value));
      await understand(all, fields, texts, range);
    } catch (refusal) {
      tell(refusal);
    }
  }
  const paste = (text: string): void => void pasteText(text);
  const repeats = (room: number, size: number): number => (room > size && room % size === 0 ? room : size);

  async function understand(all: readonly Field[], fields: readonly Field[], texts: readonly (readonly string[])[], range: Range): Promise<void> {
    const entity = grid.entity();
    const mayAdd = entity.rights.add && !grid.fixed() && !rows.headAt;
    const targets: { rec: Rec | null; texts: readonly string[] }[] = [];
    let row = range.top;
    for (const line of texts) {
      while (rows.headAt?.(row)) row++;
      const rec = row < rows.total.value ? (rows.rowAt(row) ?? null) : null;
      if (rec || mayAdd) targets.push({ rec, texts: all.map((field, index) => ({ field, text: line[index] ?? "" })).filter(({ field }) => fields.includes(field)).map(({ text }) => text) });
      row++;
    }
    const lines: PastedLine[] = targets.map(({ rec, texts: own }) => (rec ? { id: rec.id, version: rec.version, texts: own } : { texts: own }));
    const read: ReadLine[] = [];
    const whole = await inPortions(lines.length, async (from) => {
      read.push(...(await readCells(entity.key, fields.map((field) => field.key), lines.slice(from, from + PORTION))));
    });
    if (!whole) return toast(t("grid.paste_stopped"));
    const plan: Pasting = {
      fields, range, locked: all.filter((field) => !fields.includes(field)).map((field) => field.title),
      lines: targets.map(({ rec, texts: own }, index) => ({ label: rec?.label ?? "", texts: own, problems: read[index]?.problems ?? [], fresh: !rec })),
      changes: targets.flatMap(({ rec }, index) => (rec && fits(read[index]) ? [{ rec, values: { ...read[index]?.values } }] : [])),
      fresh: targets.flatMap(({ rec }, index) => (!rec && fits(read[index]) ? [{ ...read[index]?.values }] : [])),
    };
    const fitting = plan.lines.every((line) => !line.problems.length) && !plan.lines.some((line) => line.fresh) && !plan.locked.length;
    if (!fitting) return void (pasting.value = plan);
    await write(plan.changes, [], "grid.pasted");
    cells.take(range);
  }

  // A cell that was not understood is left out; what the record as a whole refuses stops its row.
  const fits = (line: ReadLine | undefined): boolean =>
    !!line && line.problems.every((one) => one.place?.startsWith("values.") && !(one.place.slice("values.".length) in line.values));

  function accept(withNew: boolean): void {
    const plan = pasting.value;
    pasting.value = null;
    if (plan) void write(plan.changes, withNew ? plan.fresh : [], "grid.pasted").then(() => cells.take(plan.range));
  }

  // ------------------------------------------------------------------ the pointer

  function follow(spotAt: (x: number, y: number) => Spot, event: PointerEvent, moved: (spot: Spot) => void, ended: () => void): void {
    const stop = new AbortController();
    let [x, y] = [event.clientX, event.clientY];
    let begun = false;
    const look = (): void => {
      if (begun) moved(spotAt(x, y));
    };
    // Beyond the edge the rows come under a pointer that stands still.
    const timer = window.setInterval(() => {
      const box = grid.box()?.getBoundingClientRect();
      if (box && (y > box.bottom || y < box.top || x > box.right || x < box.left)) look();
    }, SCROLL_MS);
    addEventListener("pointermove", (move) => {
      begun ||= Math.abs(move.clientX - x) + Math.abs(move.clientY - y) > 3;
      if (!begun) return;
      [x, y] = [move.clientX, move.clientY];
      look();
    }, { signal: stop.signal });
    for (const name of ["pointerup", "pointercancel"] as const) addEventListener(name, () => {
      stop.abort();
      clearInterval(timer);
      if (begun) ended();
    }, { signal: stop.signal });
  }

  function draw(event: PointerEvent, spotAt: (x: number, y: number) => Spot): void {
    follow(spotAt, event, (spot) => {
      if (spot.row !== cells.current.row || spot.column !== cells.current.column) cells.goTo(spot.row, spot.column, true);
    }, () => grid.box()?.focus({ preventScroll: true }));
  }

  function drawFill(event: PointerEvent, spotAt: (x: number, y: number) => Spot): void {
    const source = cells.active.value;
    follow(spotAt, event, (spot) => {
      cells.filling.value = { ...between({ row: source.top, column: source.left }, { row: Math.max(source.bottom, spot.row), column: source.right }), top: Math.min(source.top, spot.row) };
    }, () => {
      const target = cells.filling.value;
      cells.filling.value = null;
      if (!target || height(target) === height(source)) return;
      cells.take(target);
      void fill(source, target);
    });
  }

  return {
    pasting, going, copy, paste, accept, empty, fillDown, noteEdit, draw, drawFill,
    undo: () => void take(done, undone), redo: () => void (undone.length && take(undone, done)),
  };
}
