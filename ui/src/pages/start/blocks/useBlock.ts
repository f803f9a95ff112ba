/** What every block that reads has in common: it asks once it is in sight, again when something changes, and can be asked again. */
import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { watchLive } from "../../../records/live";
import { sayRefusal } from "../../../records/save";
import { writesOf } from "../../../records/writes";

const AGAIN_MS = 400;

export function useBlock<T>(entity: () => string, ask: (signal: AbortSignal) => Promise<T>, asked: () => string, shown?: { readonly ids: () => Iterable<number>; readonly fields: () => readonly string[] }) {
  const told = shallowRef<T | null>(null);
  const failed = ref("");
  let stop = new AbortController();
  let timer = 0;

  async function load(): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    try {
      const answer = await ask(signal);
      if (signal.aborted) return;
      told.value = answer;
      failed.value = "";
    } catch (refusal) {
      if (!signal.aborted) failed.value = sayRefusal(refusal);
    }
  }
  const again = (): void => void load();
  watch(asked, again, { immediate: true });
  watchLive({ entity, ids: shown?.ids ?? (() => []), fields: shown?.fields ?? (() => []), refresh: again });
  // Once a row that was written here has been answered: its totals and its place are the server's to say.
  watch(() => writesOf(entity()), () => {
    clearTimeout(timer);
    timer = window.setTimeout(again, AGAIN_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    stop.abort();
  });
  return { told, failed, again };
}
