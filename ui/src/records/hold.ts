/** While a value of a record is being edited, what others change waits. */
import { onScopeDispose, watch } from "vue";
import { hold, type Rec } from "./cache";

export function useHold(edited: () => Rec | null | undefined): void {
  let free: () => void = () => {};
  // At once: the save that follows an edit must find the version that was being edited.
  watch(edited, (rec) => {
    free();
    free = rec ? hold(rec) : () => {};
  }, { flush: "sync" });
  onScopeDispose(() => free());
}
