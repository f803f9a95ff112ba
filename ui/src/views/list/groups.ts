/** A grouped list as lines of a grid: a heading for each group, its rows below while it is open.

    Counts and totals of all groups come in one request.  Rows are read as they are scrolled to: the first ones of
    all groups in sight together, further ones of a group by pages. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryGroups, queryPage } from "../../api/records";
import type { Cell, Field, Group } from "../../api/types";
import { fieldType, sayCell } from "../../fields";
import { all, any, isEmpty, quote } from "../../fields/formula";
import { hueOf } from "../../kit/hue";
import { putRows, type Rec } from "../../records/cache";
import { watchLive } from "../../records/live";
import type { GroupHead, Rows, RowsQuery } from "../../records/rows";
import { sayRefusal } from "../../records/save";
import { writesOf } from "../../records/writes";
import { t } from "../../words";
import { grainOf, isDated, lastDay, sayGroupDay, type Grain } from "../grains";
import { sayTotal } from "../totals";

const PAGE = 50;
const MOST_TOGETHER = 40;
const AGAIN_MS = 300;

export interface GroupedQuery extends RowsQuery {
  readonly by: Field;
  /** Its path, with a grain for days: "close_on:month". */
  readonly group: string;
  readonly closed: readonly string[];
  readonly summed: readonly Field[];
}

interface Band {
  readonly head: GroupHead;
  readonly clause: string;
  /** The line of its heading. */
  readonly first: number;
}

export const groupKey = (value: Cell): string => (value === null ? "" : String(Array.isArray(value) ? (typeof value[0] === "string" ? value.slice(0, 2).join(":") : value[0]) : value));

/** Records of one group, as a condition; a link is asked by its id, a text by itself. */
export function clauseOfGroup(field: Field, value: Cell, grain: Grain | null = null): string {
  if (value === null || value === "") return isEmpty(field.key);
  if (grain) return fieldType(field).ask.clause(field.key, "between", [String(value), lastDay(grain, String(value))], field);
  if (typeof value === "boolean") return value ? field.key : `not ${field.key}`;
  const { conditions, clause } = fieldType(field).ask;
  if (conditions.includes("is")) return clause(field.key, "is", Array.isArray(value) && Array.isArray(value[0]) ? value : [value], field);
  if (conditions.includes("equals")) return clause(field.key, "equals", Array.isArray(value) ? (value[0] ?? null) : value, field);
  return `${field.key} = ${quote(String(value))}`;
}

/** Fields that records may be grouped by: those whose groups are few enough to be looked through. */
export const mayGroup = (field: Field): boolean => {
  const { conditions } = fieldType(field).ask;
  return field.operators.length > 0 && field.key !== "id" && (conditions.includes("is") || conditions.includes("yes") || isDated(field));
};

export function useGroupedRows(query: Ref<GroupedQuery>): Rows {
  const groups = shallowRef<readonly Group[]>([]);
  const pages = shallowReactive(new Map<string, readonly Rec[]>());
  const [total, count, turn] = [ref(0), ref(0), ref(0)];
  const [loaded, frozen] = [ref(false), ref(false)];
  const failed = ref("");
  const totals = shallowRef<readonly Cell[]>([]);
  let pending = new Set<string>();
  let stop = new AbortController();
  let sight: readonly [number, number] = [0, 1];

  const bands = computed<readonly Band[]>(() => {
    const { by, closed, summed, totals: measures } = query.value;
    const grain = grainOf(query.value.group);
    let line = 0;
    return groups.value.map((group) => {
      const key = groupKey(group.value);
      const open = !closed.includes(key);
      const title = group.value === null ? t("grid.no_value") : grain ? sayGroupDay(grain, String(group.value)) : typeof group.value === "boolean" ? t(group.value ? "field.yes" : "field.no") : sayCell(by, group.value);
      const said = measures.map((measure, index) => ({ of: summed[index], cell: group.totals[index], measure })).filter((one) => one.of !== undefined);
      const head: GroupHead = {
        key, title, open, count: group.count, hue: optionHue(by, group.value) ?? (group.value === null || grain ? null : hueOf(title)),
        totals: said.map((one) => ({ title: (one.of as Field).title, text: sayTotal(one.of as Field, one.cell) })),
      };
      const band: Band = { head, clause: clauseOfGroup(by, group.value, grain), first: line };
      line += 1 + (open ? group.count : 0);
      return band;
    });
  });
  watch(bands, (now) => {
    const last = now.at(-1);
    total.value = last ? last.first + 1 + (last.head.open ? last.head.count : 0) : 0;
  }, { immediate: true });

  // The band that holds a line: by halves, for there may be thousands.
  function bandAt(line: number): Band | undefined {
    let [low, high] = [0, bands.value.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((bands.value[middle]?.first ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    return bands.value[low];
  }

  const headAt = (line: number): GroupHead | null => {
    const band = bandAt(line);
    return band && band.first === line ? band.head : null;
  };

  const orderAt = (line: number): number => line - (bandAt(line)?.first ?? 0);

  function rowAt(line: number): Rec | undefined {
    const band = bandAt(line);
    if (!band || band.first === line || !band.head.open) return undefined;
    const at = line - band.first - 1;
    return pages.get(`${band.head.key}/${Math.floor(at / PAGE)}`)?.[at % PAGE];
  }

  async function load(quietly = false): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const { entity, filter, fields, totals: measures, group, kept } = query.value;
    failed.value = "";
    pending = new Set();
    const more = kept ? { kept } : {};
    try {
      const [answer, whole] = await Promise.all([
        queryGroups(entity, { filter, fields, group, first: 0, totals: measures, ...more }, signal),
        queryPage(entity, { filter, limit: 0, count: "exact", totals: measures, ...more }, signal),
      ]);
      if (signal.aborted) return;
      pages.clear();
      groups.value = answer.groups;
      count.value = whole.count?.value ?? 0;
      totals.value = whole.totals ?? [];
      if (!quietly) turn.value++;
      loaded.value = true;
      ensure(...sight);
    } catch (refusal) {
      if (signal.aborted) return;
      failed.value = sayRefusal(refusal);
      loaded.value = true;
    }
  }

  /** Pages of bands that these lines stand on and that are not here yet. */
  function missing(first: number, last: number): readonly { readonly band: Band; readonly page: number }[] {
    const wanted = new Map<string, { band: Band; page: number }>();
    for (let line = first; line < last; line++) {
      const band = bandAt(line);
      if (!band || band.first === line || !band.head.open) continue;
      const page = Math.floor((line - band.first - 1) / PAGE);
      const name = `${band.head.key}/${page}`;
      if (!pages.has(name) && !pending.has(name)) wanted.set(name, { band, page });
    }
    return [...wanted.values()];
  }

  function ensure(first: number, last: number): void {
    sight = [first, last];
    void read(first, last);
  }

  async function read(first: number, last: number): Promise<void> {
    const wanted = missing(first, last);
    const [heads, rest] = [wanted.filter((one) => one.page === 0), wanted.filter((one) => one.page > 0)];
    const together = Array.from({ length: Math.ceil(heads.length / MOST_TOGETHER) }, (_, index) => heads.slice(index * MOST_TOGETHER, (index + 1) * MOST_TOGETHER));
    await Promise.all([...together.map((some) => readFirst(some.map((one) => one.band))), ...rest.map((one) => readPage(one.band, one.page))]);
  }

  async function readFirst(some: readonly Band[]): Promise<void> {
    const { signal } = stop;
    const { entity, filter, sort, fields, group: by, kept } = query.value;
    some.forEach((band) => pending.add(`${band.head.key}/0`));
    try {
      const { groups: found } = await queryGroups(entity, { filter: all([filter, any(some.map((band) => band.clause))]), sort, fields, group: by, first: PAGE, ...(kept ? { kept } : {}) }, signal);
      if (signal.aborted) return;
      const byKey = new Map(found.map((group) => [groupKey(group.value), group]));
      for (const band of some) {
        const group = byKey.get(band.head.key);
        pages.set(`${band.head.key}/0`, group ? putRows(entity, group.columns, group.rows) : []);
      }
    } catch (refusal) {
      if (!signal.aborted) failed.value = sayRefusal(refusal);
    }
    some.forEach((band) => pending.delete(`${band.head.key}/0`));
  }

  async function readPage(band: Band, page: number): Promise<void> {
    const { signal } = stop;
    const { entity, filter, sort, fields, kept } = query.value;
    const name = `${band.head.key}/${page}`;
    pending.add(name);
    try {
      const answer = await queryPage(entity, { filter: all([filter, band.clause]), sort, fields, offset: page * PAGE, limit: PAGE, ...(kept ? { kept } : {}) }, signal);
      if (!signal.aborted) pages.set(name, putRows(entity, answer.columns, answer.rows));
    } catch (refusal) {
      if (!signal.aborted) failed.value = sayRefusal(refusal);
    }
    pending.delete(name);
  }

  const asked = computed(() => {
    const { entity, filter, sort, fields, group, totals: measures, kept } = query.value;
    return JSON.stringify([entity, filter, sort, fields, group, measures, kept]);
  });
  watch(asked, () => void load(), { immediate: true });
  watch(() => query.value.closed, () => ensure(...sight));

  let moved = false;
  const refresh = (): void => {
    if (frozen.value) moved = true;
    else void load(true);
  };
  watch(frozen, (now) => {
    if (now || !moved) return;
    moved = false;
    refresh();
  });
  let timer = 0;
  watch(() => writesOf(query.value.entity), () => {
    clearTimeout(timer);
    timer = window.setTimeout(refresh, AGAIN_MS);
  });
  watchLive({
    entity: () => query.value.entity,
    ids: () => [...pages.values()].flatMap((page) => page.map((rec) => rec.id)),
    fields: () => query.value.fields,
    refresh,
  });
  onScopeDispose(() => stop.abort());

  return { total, count, capped: ref(false), totals, loaded, failed, turn, frozen, ensure, read, rowAt, headAt, orderAt, fields: () => query.value.fields, reload: () => void load(true) };
}

const optionHue = (field: Field, value: Cell): number | null => field.options.options?.find((option) => option.key === value)?.hue ?? null;
