/** Who else is looking at the same card. */
import { onMounted, onUnmounted, shallowRef, type Ref } from "vue";
import { sayPresence, type Person } from "../api/live";
import { watchPresent } from "./live";

// The server forgets after 30 s; a hidden tab is nobody's presence.
const EVERY_MS = 15_000;

export function usePresence(entity: string, id: number): Readonly<Ref<readonly Person[]>> {
  const people = shallowRef<readonly Person[]>([]);

  async function say(leave = false): Promise<void> {
    try {
      const answer = await sayPresence(entity, id, leave);
      if (!leave) people.value = answer.people;
    } catch {
      // Without it the card works all the same.
    }
  }

  watchPresent((told) => {
    if (told.entity === entity && told.id === id) people.value = told.people;
  });
  const beat = (): void => {
    if (document.visibilityState === "visible") void say();
  };
  let timer = 0;
  onMounted(() => {
    beat();
    timer = window.setInterval(beat, EVERY_MS);
    document.addEventListener("visibilitychange", beat);
  });
  onUnmounted(() => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
    void say(true);
  });
  return people;
}
