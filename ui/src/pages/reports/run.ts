/** The answer to the question of the moment: the last one stays on the screen until the new one comes. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { sayRefusal } from "../../records/save";

export function useAnswer<Body, Answer>(body: Ref<Body>, ask: (body: Body, signal: AbortSignal) => Promise<Answer>) {
  const answer = shallowRef<{ readonly body: Body; readonly told: Answer } | null>(null);
  const failed = ref("");
  const busy = ref(true);
  let stop = new AbortController();

  async function run(): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    busy.value = true;
    try {
      const asked = body.value;
      const told = await ask(asked, signal);
      if (signal.aborted) return;
      answer.value = { body: asked, told };
      failed.value = "";
    } catch (refusal) {
      if (signal.aborted) return;
      failed.value = sayRefusal(refusal);
    }
    busy.value = false;
  }
  const again = (): void => void run();

  watch(() => JSON.stringify(body.value), again, { immediate: true });
  onScopeDispose(() => stop.abort());
  return { answer, failed, busy, again };
}
