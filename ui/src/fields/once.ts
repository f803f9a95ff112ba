/** An edit ends once: what closes the popover after a pick, or a pick after Escape, is no second answer. */
import type { Cell } from "../api/types";
import type { Move } from "./types";

interface Emit {
  (event: "done", cell: Cell, move?: Move): void;
  (event: "cancel"): void;
}

/** ended: whether it has; what comes after that is not even looked at. */
export function endOnce(emit: Emit) {
  let over = false;

  function finish(cell: Cell, move?: Move): void {
    if (over) return;
    over = true;
    emit("done", cell, move);
  }

  function close(): void {
    if (over) return;
    over = true;
    emit("cancel");
  }

  return { finish, close, ended: () => over };
}
