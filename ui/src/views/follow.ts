/** A view that read its rows in one go keeps up: with what this page writes, what others change, and time spent hidden. */
import { onActivated, onScopeDispose, watch } from "vue";
import { watchLive, type Watching } from "../records/live";
import { writesOf } from "../records/writes";

const AGAIN_MS = 300;
const CARRIED_MS = 400;

/** again: read everything anew without a sign of it; called never while something is being carried. */
export function followChanges(of: Omit<Watching, "refresh" | "concerns">, again: () => void): void {
  let timer = 0;

  function refresh(): void {
    clearTimeout(timer);
    if (document.body.classList.contains("dragging")) timer = window.setTimeout(refresh, CARRIED_MS);
    else again();
  }

  watch(() => writesOf(of.entity()), () => {
    clearTimeout(timer);
    timer = window.setTimeout(refresh, AGAIN_MS);
  });
  watchLive({ ...of, refresh });
  onActivated(refresh);
  onScopeDispose(() => clearTimeout(timer));
}
