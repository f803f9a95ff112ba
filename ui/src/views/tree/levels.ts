/** Levels of a tree: the children of each open record, read when it is opened; how many are below each, in one
    request a level.  Under a question of the person the tree is what was found and the way to it from the top. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryGroups, queryPage } from "../../api/records";
import type { Field } from "../../api/types";
import { all, isEmpty, oneOf } from "../../fields/formula";
import { putRows, type Rec } from "../../records/cache";
import { sayRefusal } from "../../records/save";
import { followChanges } from "../follow";

export interface TreeQuery {
  readonly entity: string;
  readonly parent: Field;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  /** The person asks for some records of all levels. */
  readonly narrowed: boolean;
}

interface Level {
  readonly rows: readonly Rec[];
  readonly total: number;
}

export interface Line {
  readonly rec: Rec;
  readonly depth: number;
  readonly open: boolean;
  readonly below: number;
  /** Only the way to what was found. */
  readonly faint: boolean;
  /** After the last one of a level that has more: how many are not shown. */
  readonly more: number;
  readonly place: number;
  readonly of: number;
}

const PAGE = 200;
const MOST_FOUND = 300;
const DEEPEST = 30;
export const TOP = 0;

export const parentOf = (rec: Rec, parent: Field): number => {
  const cell = rec.values[parent.key];
  return Array.isArray(cell) ? Number(cell[0]) : TOP;
};

export function useTree(query: Ref<TreeQuery | null>, opened: Ref<readonly number[]>) {
  const levels = shallowReactive(new Map<number, Level>());
  const below = shallowReactive(new Map<number, number>());
  const found = shallowRef<{ readonly matches: ReadonlySet<number>; readonly closed: ReadonlySet<number> } | null>(null);
  const first = ref(0);
  const loaded = ref(false);
  const failed = ref("");
  let stop = new AbortController();

  async function readLevel(asked: TreeQuery, parent: number, limit: number, signal: AbortSignal): Promise<void> {
    const clause = parent === TOP ? isEmpty(asked.parent.key) : oneOf(asked.parent.key, [String(parent)]);
    const page = await queryPage(asked.entity, { filter: all([asked.filter, clause]), sort: asked.sort, fields: asked.fields, limit, count: "capped" }, signal);
    const rows = putRows(asked.entity, page.columns, page.rows);
    await countBelow(asked, rows, signal);
    if (!signal.aborted) levels.set(parent, { rows, total: Math.max(rows.length, page.count?.value ?? 0) });
  }

  async function countBelow(asked: TreeQuery, rows: readonly Rec[], signal: AbortSignal): Promise<void> {
    if (!rows.length) return;
    const filter = all([asked.narrowed ? "" : asked.filter, oneOf(asked.parent.key, rows.map((rec) => String(rec.id)))]);
    const { groups } = await queryGroups(asked.entity, { filter, fields: ["label"], group: asked.parent.key, first: 0 }, signal);
    if (signal.aborted) return;
    for (const rec of rows) below.set(rec.id, 0);
    for (const group of groups) if (Array.isArray(group.value)) below.set(Number(group.value[0]), group.count);
  }

  /** What was found and, level by level, what it is in. */
  async function readFound(asked: TreeQuery, signal: AbortSignal): Promise<void> {
    const page = await queryPage(asked.entity, { filter: asked.filter, sort: asked.sort, fields: asked.fields, limit: MOST_FOUND, count: "capped" }, signal);
    const matches = putRows(asked.entity, page.columns, page.rows);
    const known = new Map(matches.map((rec) => [rec.id, rec]));
    for (let depth = 0; depth < DEEPEST; depth++) {
      const missing = [...new Set([...known.values()].map((rec) => parentOf(rec, asked.parent)).filter((id) => id !== TOP && !known.has(id)))];
      if (!missing.length) break;
      const above = await queryPage(asked.entity, { filter: oneOf("id", missing.map(String)), fields: asked.fields, limit: missing.length }, signal);
      const read = putRows(asked.entity, above.columns, above.rows);
      if (!read.length) break;
      read.forEach((rec) => known.set(rec.id, rec));
    }
    if (signal.aborted) return;
    const children = new Map<number, Rec[]>();
    for (const rec of known.values()) {
      const parent = parentOf(rec, asked.parent);
      const at = known.has(parent) ? parent : TOP;
      children.set(at, [...(children.get(at) ?? []), rec]);
    }
    levels.clear();
    below.clear();
    for (const [parent, rows] of children) {
      levels.set(parent, { rows, total: rows.length });
      if (parent !== TOP) below.set(parent, rows.length);
    }
    first.value = page.count && (page.count.capped || page.count.value > matches.length) ? matches.length : 0;
    found.value = { matches: new Set(matches.map((rec) => rec.id)), closed: new Set() };
  }

  async function load(quietly = false): Promise<void> {
    const asked = query.value;
    if (!asked) return;
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    if (!quietly) loaded.value = false;
    try {
      if (asked.narrowed) await readFound(asked, signal);
      else {
        if (!quietly || found.value) levels.clear();
        found.value = null;
        first.value = 0;
        await Promise.all([TOP, ...opened.value].map((parent) => readLevel(asked, parent, Math.max(PAGE, levels.get(parent)?.rows.length ?? 0), signal)));
      }
      if (signal.aborted) return;
      failed.value = "";
    } catch (refusal) {
      if (signal.aborted) return;
      if (!quietly) failed.value = sayRefusal(refusal);
    }
    loaded.value = true;
  }

  async function reach(parent: number, limit = PAGE): Promise<void> {
    const asked = query.value;
    if (!asked || asked.narrowed) return;
    try {
      await readLevel(asked, parent, limit, stop.signal);
    } catch (refusal) {
      if (!stop.signal.aborted) failed.value = sayRefusal(refusal);
    }
  }

  /** Open or close; what is opened is read. */
  async function turn(id: number, open: boolean): Promise<void> {
    if (found.value) {
      const closed = new Set(found.value.closed);
      if (open) closed.delete(id); else closed.add(id);
      return void (found.value = { ...found.value, closed });
    }
    opened.value = open ? [...opened.value.filter((one) => one !== id), id] : opened.value.filter((one) => one !== id);
    if (open) await reach(id);
  }
  const more = (parent: number): Promise<void> => reach(parent, (levels.get(parent)?.rows.length ?? 0) + PAGE);

  const lines = computed<readonly Line[]>(() => {
    const made: Line[] = [];
    const seen = new Set<number>();
    const walk = (parent: number, depth: number): void => {
      const level = levels.get(parent);
      level?.rows.forEach((rec, at) => {
        // Records in a ring would never end.
        if (seen.has(rec.id) || depth > DEEPEST) return;
        seen.add(rec.id);
        const inside = below.get(rec.id) ?? 0;
        const open = inside > 0 && (found.value ? !found.value.closed.has(rec.id) : opened.value.includes(rec.id));
        const rest = at === level.rows.length - 1 ? level.total - level.rows.length : 0;
        made.push({ rec, depth, open, below: inside, faint: !!found.value && !found.value.matches.has(rec.id), more: rest, place: at + 1, of: level.total });
        if (open) walk(rec.id, depth + 1);
      });
    };
    walk(TOP, 0);
    return made;
  });

  watch(() => JSON.stringify(query.value), () => void load(), { immediate: true });
  followChanges({ entity: () => query.value?.entity ?? "", ids: () => lines.value.map((line) => line.rec.id), fields: () => query.value?.fields ?? [] }, () => {
    if (loaded.value) void load(true);
  });
  onScopeDispose(() => stop.abort());

  return { lines, first, loaded, failed, turn, more, reload: () => void load() };
}
