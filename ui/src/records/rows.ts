/** A window over a list of any length: sparse pages by offset, only what is looked at is loaded. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { queryPage } from "../api/records";
import type { Cell, Measure } from "../api/types";
import { putRows, type Rec } from "./cache";
import { watchLive } from "./live";
import { sayRefusal } from "./save";
import { toast } from "../kit/toast";
import { t } from "../words";
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
const AT_ONCE = 4;

/** The heading of a group in a grouped list. */
export interface GroupHead {
  readonly key: string;
  readonly title: string;
  readonly hue: number | null;
  readonly count: number;
  readonly open: boolean;
  readonly totals: readonly { readonly title: string; readonly text: string }[];
}

/** What a grid asks of its rows: a plain list (useRows) or a grouped one (views/list/groups.ts). */
export interface Rows {
  /** Lines of the grid: records, and headings of groups where there are any. */
  readonly total: Ref<number>;
  /** Records; of an uncounted list, as many as are known to be. */
  readonly count: Ref<number>;
  /** There are more than `count`: the exact number is still being found out. */
  readonly capped: Ref<boolean>;
  readonly totals: Ref<readonly Cell[]>;
  readonly loaded: Ref<boolean>;
  readonly failed: Ref<string>;
  readonly turn: Ref<number>;
  readonly frozen: Ref<boolean>;
  /** Read what is in sight; what has left it is not waited for any more. */
  ensure(first: number, last: number): void;
  /** Read all of it, for what is done with many rows. */
  read(first: number, last: number): Promise<void>;
  rowAt(index: number): Rec | undefined;
  headAt?(index: number): GroupHead | null;
  /** The number of a record in its group. */
  orderAt?(index: number): number;
  fields(): readonly string[];
  reload(): void;
}

export function useRows(query: Ref<RowsQuery>): Rows {
  const total = ref(0);
  const capped = ref(false);
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
  const pending = new Map<number, { readonly over: Promise<void>; readonly stop: AbortController }>();
  let stop = new AbortController();

  const asked = computed(() => JSON.stringify([query.value.entity, query.value.filter, query.value.sort, query.value.fields, query.value.kept]));

  function readPage(index: number): Promise<void> {
    if (!stale && pages.has(index)) return Promise.resolve();
    const asking = pending.get(index);
    if (asking) return asking.over;
    const mine = new AbortController();
    const over = askPage(index, mine.signal).finally(() => {
      if (pending.get(index)?.stop === mine) pending.delete(index);
    });
    pending.set(index, { over, stop: mine });
    return over;
  }

  async function askPage(index: number, signal: AbortSignal): Promise<void> {
    const { entity, filter, sort, fields, kept } = query.value;
    // With the first page a quick word on how many there are: exact up to a thousand.
    const quick = index === 0 && !counted ? { count: "capped" as const } : {};
    try {
      const page = await queryPage(entity, { filter, sort, fields, offset: index * PAGE, limit: PAGE, ...quick, ...(kept ? { kept } : {}) }, signal);
      if (signal.aborted) return;
      refresh();
      pages.set(index, putRows(entity, page.columns, page.rows));
      // Until the exact count is here the list is as long as what has been seen.
      total.value = Math.max(total.value, index * PAGE + page.rows.length, counted ? 0 : (page.count?.value ?? 0));
      if (page.count && !counted) capped.value = page.count.capped;
      loaded.value = true;
      failed.value = "";
    } catch (refusal) {
      if (!signal.aborted) fail(refusal, index);
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
      capped.value = false;
      total.value = answer.count?.value ?? total.value;
      totals.value = answer.totals ?? [];
    } catch (refusal) {
      if (!signal.aborted) fail(refusal, "totals");
    }
  }

  // What has been read stays in sight when a further part does not come; it is said once, and may be asked for again.
  const lacking = new Set<number | "totals">();
  let told = false;
  function fail(refusal: unknown, what: number | "totals"): void {
    if (stale || !pages.size) {
      if (what === "totals" && pending.has(0)) return;
      failed.value = sayRefusal(refusal);
      loaded.value = true;
      return;
    }
    lacking.add(what);
    if (told) return;
    told = true;
    toast(sayRefusal(refusal), { tone: "danger", action: { title: t("do.retry"), run: askLacking }, ended: () => (told = false) });
  }
  function askLacking(): void {
    const again = [...lacking];
    lacking.clear();
    for (const what of again) void (what === "totals" ? readTotals() : readPage(what));
  }

  function reload(): void {
    stop.abort();
    stop = new AbortController();
    forsake(() => true);
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

  function forsake(which: (index: number) => boolean): void {
    for (const [index, { stop: one }] of pending) {
      if (!which(index)) continue;
      one.abort();
      pending.delete(index);
    }
  }

  // The bar is dragged over hundreds of pages: those it has passed must not stand before the one it came to.
  function ensure(first: number, last: number): void {
    sight = [first, last];
    const wanted = pagesOf(first, last);
    forsake((index) => index !== 0 && !wanted.includes(index) && !needed.has(index));
    for (const index of wanted) void readPage(index);
  }

  const needed = new Set<number>();
  async function read(first: number, last: number): Promise<void> {
    const wanted = pagesOf(first, last);
    wanted.forEach((index) => needed.add(index));
    for (let from = 0; from < wanted.length; from += AT_ONCE) await Promise.all(wanted.slice(from, from + AT_ONCE).map(readPage));
    wanted.forEach((index) => needed.delete(index));
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
  onScopeDispose(() => {
    stop.abort();
    forsake(() => true);
  });

  return { total, count: total, capped, totals, loaded, failed, turn, frozen, ensure, read, rowAt, fields: () => query.value.fields, reload };
}
