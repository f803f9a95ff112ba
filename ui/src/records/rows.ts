/** A window over a list of any length: sparse pages by offset, only what is looked at is loaded. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryPage } from "../api/records";
import type { Cell, Measure } from "../api/types";
import { putRows, type Rec } from "./cache";
import { watchLive } from "./live";
import { sayRefusal } from "./save";
import { writesOf } from "./writes";

export interface RowsQuery {
  readonly entity: string;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  readonly totals: readonly Measure[];
  readonly kept?: "living" | "deleted";
}

const PAGE = 100;

export function useRows(query: Ref<RowsQuery>) {
  const total = ref(0);
  const totals = shallowRef<readonly Cell[]>([]);
  const pages = shallowReactive(new Map<number, readonly Rec[]>());
  const loaded = ref(false);
  const failed = ref("");
  /** Grows when the rows of another question have come: whoever scrolls goes back to the top. */
  const turn = ref(0);
  /** While a cell is being edited the rows stay where they are. */
  const frozen = ref(false);
  let sight: readonly [first: number, last: number] = [0, 1];
  let moved = false;
  let stale = false;
  let counted = false;
  let pending = new Set<number>();
  let stop = new AbortController();

  const asked = computed(() => JSON.stringify([query.value.entity, query.value.filter, query.value.sort, query.value.fields, query.value.kept]));

  async function readPage(index: number): Promise<void> {
    if ((!stale && pages.has(index)) || pending.has(index)) return;
    pending.add(index);
    const { signal } = stop;
    const { entity, filter, sort, fields, kept } = query.value;
    try {
      const page = await queryPage(entity, { filter, sort, fields, offset: index * PAGE, limit: PAGE, ...(kept ? { kept } : {}) }, signal);
      if (signal.aborted) return;
      refresh();
      pages.set(index, putRows(entity, page.columns, page.rows));
      // Until the exact count is here the list is as long as what has been seen.
      total.value = Math.max(total.value, index * PAGE + page.rows.length);
      loaded.value = true;
      failed.value = "";
    } catch (refusal) {
      if (!signal.aborted) fail(refusal);
    } finally {
      if (!signal.aborted) pending.delete(index);
    }
  }

  // Rows of the last question stay on the screen until those of the new one come: nothing blinks, nothing is lost.
  function refresh(): void {
    if (!stale) return;
    stale = false;
    pages.clear();
    if (!counted) total.value = 0;
    turn.value++;
  }

  async function readTotals(): Promise<void> {
    const { signal } = stop;
    const { entity, filter, totals: measures, kept } = query.value;
    try {
      const answer = await queryPage(entity, { filter, limit: 0, count: "exact", totals: measures, ...(kept ? { kept } : {}) }, signal);
      if (signal.aborted) return;
      counted = answer.count !== undefined;
      total.value = answer.count?.value ?? total.value;
      totals.value = answer.totals ?? [];
    } catch (refusal) {
      if (!signal.aborted) fail(refusal);
    }
  }

  function fail(refusal: unknown): void {
    failed.value = sayRefusal(refusal);
    loaded.value = true;
  }

  function reload(): void {
    stop.abort();
    stop = new AbortController();
    pending = new Set();
    stale = true;
    counted = false;
    failed.value = "";
    void readPage(0);
    void readTotals();
  }

  const pagesOf = (first: number, last: number): readonly number[] => {
    const from = Math.floor(first / PAGE);
    return Array.from({ length: Math.floor(Math.max(first, last - 1) / PAGE) - from + 1 }, (_, offset) => from + offset);
  };

  function ensure(first: number, last: number): void {
    sight = [first, last];
    for (const index of pagesOf(first, last)) void readPage(index);
  }

  /** Others have changed something: what is in sight is read again where it stands, the rest when it is scrolled to. */
  async function refreshInPlace(): Promise<void> {
    if (frozen.value || stale || !loaded.value) return void (moved = frozen.value);
    const { signal } = stop;
    const { entity, filter, sort, fields, kept } = query.value;
    const wanted = pagesOf(...sight);
    try {
      const read = await Promise.all(wanted.map((index) => queryPage(entity, { filter, sort, fields, offset: index * PAGE, limit: PAGE, ...(kept ? { kept } : {}) }, signal)));
      if (signal.aborted) return;
      if (frozen.value) return void (moved = true);
      for (const index of [...pages.keys()]) if (!wanted.includes(index)) pages.delete(index);
      read.forEach((page, at) => pages.set(wanted[at] ?? 0, putRows(entity, page.columns, page.rows)));
      const end = wanted.at(-1) ?? 0;
      total.value = Math.max(total.value, end * PAGE + (read.at(-1)?.rows.length ?? 0));
      await readTotals();
    } catch {
      // The rows that are shown stay; the next change or the return of the connection asks again.
    }
  }

  watch(frozen, (now) => {
    if (now || !moved) return;
    moved = false;
    void refreshInPlace();
  });

  watchLive({
    entity: () => query.value.entity,
    ids: () => pagesOf(...sight).flatMap((index) => (pages.get(index) ?? []).map((rec) => rec.id)),
    fields: () => query.value.fields,
    refresh: () => void refreshInPlace(),
  });

  function rowAt(index: number): Rec | undefined {
    return pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  watch(asked, reload, { immediate: true });
  watch(() => query.value.entity, () => (loaded.value = false));
  watch(() => JSON.stringify(query.value.totals), () => void readTotals());
  let timer = 0;
  watch(() => writesOf(query.value.entity), () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void readTotals(), 250);
  });
  onScopeDispose(() => stop.abort());

  return { total, totals, loaded, failed, turn, frozen, ensure, rowAt, reload };
}

export type Rows = ReturnType<typeof useRows>;
