/** The first so many records of a question, all at once: what a month or a screen of time holds, or a whole map.  Rows of
    the last question stay until those of the new one come; what others change is seen at once. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { queryPage } from "../api/records";
import { putRows, type Rec } from "../records/cache";
import { sayRefusal } from "../records/save";
import { followChanges } from "./follow";

export interface SomeQuery {
  readonly entity: string;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  readonly most: number;
}

/** The server gives no more at a time; what is more is asked for page by page. */
const PAGE = 1000;

export function useSome(query: Ref<SomeQuery | null>) {
  const rows = shallowRef<readonly Rec[]>([]);
  /** How many there are; of more than a thousand that much is known. */
  const count = ref(0);
  const capped = ref(false);
  const loaded = ref(false);
  const busy = ref(false);
  const failed = ref("");
  let stop = new AbortController();

  async function load(quietly = false): Promise<void> {
    const asked = query.value;
    if (!asked) return;
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    if (!quietly) busy.value = true;
    try {
      const page = await queryPage(asked.entity, { filter: asked.filter, sort: asked.sort, fields: asked.fields, limit: Math.min(PAGE, asked.most), count: "capped" }, signal);
      if (signal.aborted) return;
      const found = [...putRows(asked.entity, page.columns, page.rows)];
      for (let after = page.next; after && found.length < asked.most;) {
        if (!quietly) rows.value = [...found];
        const more = await queryPage(asked.entity, { filter: asked.filter, sort: asked.sort, fields: asked.fields, limit: Math.min(PAGE, asked.most - found.length), after }, signal);
        if (signal.aborted) return;
        found.push(...putRows(asked.entity, more.columns, more.rows));
        after = more.next;
      }
      rows.value = found;
      count.value = Math.max(found.length, page.count?.value ?? 0);
      capped.value = (page.count?.capped ?? false) && found.length >= asked.most;
      failed.value = "";
    } catch (refusal) {
      if (signal.aborted) return;
      if (!quietly || !loaded.value) failed.value = sayRefusal(refusal);
    }
    loaded.value = true;
    busy.value = false;
  }

  watch(() => JSON.stringify(query.value), () => void load(), { immediate: true });
  followChanges({ entity: () => query.value?.entity ?? "", ids: () => rows.value.map((rec) => rec.id), fields: () => query.value?.fields ?? [] }, () => {
    if (loaded.value) void load(true);
  });
  onScopeDispose(() => stop.abort());

  return { rows, count, capped, loaded, busy, failed, reload: () => void load() };
}
