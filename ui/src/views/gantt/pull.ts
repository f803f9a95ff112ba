/** A bar pulled by its middle or by an end, along the axis, by whole days: by mouse at once, by a finger after a while. */
export interface Pull {
  readonly part: "whole" | "begin" | "end";
  readonly dayPx: number;
  /** While it is pulled: by how many days. */
  moved(days: number): void;
  /** Let go: by how many days; 0 when the person changed his mind. */
  done(days: number): void;
}

const LIFT_PX = 4;
const LONG_PRESS_MS = 280;

export function startPull(event: PointerEvent, pull: Pull): void {
  const stop = new AbortController();
  const { signal } = stop;
  const touch = event.pointerType !== "mouse";
  const start = event.clientX;
  let [lifted, days] = [false, 0];
  const lift = (): void => {
    lifted = true;
    document.body.classList.add("dragging");
  };
  const timer = touch ? window.setTimeout(lift, LONG_PRESS_MS) : 0;
  const end = (kept: number): void => {
    stop.abort();
    clearTimeout(timer);
    document.body.classList.remove("dragging");
    if (!lifted) return;
    // The click that ends it must not open the card.
    const swallow = (click: Event): void => { click.stopPropagation(); click.preventDefault(); };
    addEventListener("click", swallow, { capture: true, once: true });
    window.setTimeout(() => removeEventListener("click", swallow, true));
    pull.done(kept);
  };
  addEventListener("pointermove", (move) => {
    const way = move.clientX - start;
    if (!lifted) {
      if (Math.abs(way) < LIFT_PX) return;
      if (touch) return end(0);
      lift();
    }
    days = Math.round(way / pull.dayPx);
    pull.moved(days);
  }, { signal });
  addEventListener("pointerup", () => end(days), { signal });
  addEventListener("pointercancel", () => end(0), { signal });
  addEventListener("keydown", (key) => key.key === "Escape" && end(0), { signal });
  addEventListener("touchmove", (move) => lifted && move.preventDefault(), { signal, passive: false });
}
