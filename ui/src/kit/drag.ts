/** Dragging items between zones by pointer: a mouse lifts at once, a finger after a long press.

    Scrolls the zone and the root near their edges; Esc puts the item back.  Geometry of a zone is read
    once on entering it, and the screen is touched once a frame: with 240 cards on a board reading it on
    every move cost a dropped frame.

    near   what is around a zone: over it the item goes into the zone within
    flow   how items lie in a zone: one under another, or in rows that are read like text
    drop   index: the item's place among the others of the zone, itself not counted */
export interface DragHost {
  readonly root: HTMLElement;
  readonly item: string;
  readonly zone: string;
  readonly flow?: "column" | "rows";
  readonly near?: string;
  drop(item: string, zone: string, index: number): void;
}

const LIFT_MOUSE_PX = 4;
const CANCEL_TOUCH_PX = 10;
const LONG_PRESS_MS = 280;
const EDGE_PX = 55;
const FAR_PX = 500;

export function startDrag(event: PointerEvent, host: DragHost): void {
  const target = event.target as HTMLElement;
  const found = target.closest<HTMLElement>(host.item);
  const pressed = target.closest("a, button, input");
  if (!found || event.button !== 0 || (pressed && pressed !== found)) return;
  new Drag(event, found, host).listen();
}

class Drag {
  private readonly touch: boolean;
  private readonly start: { x: number; y: number };
  private readonly box: DOMRect;
  private at: { x: number; y: number };
  private ghost: HTMLElement | null = null;
  private hole: HTMLElement | null = null;
  private zone: HTMLElement | null = null;
  private middles: { element: HTMLElement; box: DOMRect }[] = [];
  private scrolledAtEntry = 0;
  private frame = 0;
  private timer = 0;
  private readonly stop = new AbortController();

  constructor(event: PointerEvent, private readonly lifted: HTMLElement, private readonly host: DragHost) {
    this.touch = event.pointerType !== "mouse";
    this.start = this.at = { x: event.clientX, y: event.clientY };
    this.box = lifted.getBoundingClientRect();
  }

  listen(): void {
    const { signal } = this.stop;
    addEventListener("pointermove", (event) => this.move(event), { signal });
    addEventListener("pointerup", () => this.release(), { signal });
    addEventListener("pointercancel", () => this.end(), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && this.end(), { signal });
    // A finger that carries a card must not scroll the page under it.
    addEventListener("touchmove", (event) => this.ghost && event.preventDefault(), { signal, passive: false });
    if (this.touch) this.timer = window.setTimeout(() => { this.lift(); this.draw(); }, LONG_PRESS_MS);
  }

  private move(event: PointerEvent): void {
    this.at = { x: event.clientX, y: event.clientY };
    if (!this.ghost) {
      const way = Math.hypot(this.at.x - this.start.x, this.at.y - this.start.y);
      if (this.touch) {
        if (way > CANCEL_TOUCH_PX) this.end();
        return;
      }
      if (way < LIFT_MOUSE_PX) return;
      this.lift();
    }
    event.preventDefault();
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  private lift(): void {
    const ghost = this.lifted.cloneNode(true) as HTMLElement;
    ghost.removeAttribute("id");
    Object.assign(ghost.style, { position: "fixed", left: "0", top: "0", width: `${this.box.width}px`, height: `${this.box.height}px`, zIndex: "99", pointerEvents: "none", margin: "0" });
    ghost.classList.add("ghost");
    document.body.append(ghost);
    this.ghost = ghost;
    this.hole = document.createElement("div");
    this.hole.className = "hole";
    this.hole.style.height = `${this.box.height}px`;
    this.lifted.classList.add("lifted");
    document.body.classList.add("dragging");
    if (this.touch) navigator.vibrate?.(8);
  }

  private draw(): void {
    this.frame = 0;
    if (!this.ghost || !this.hole) return;
    const { x, y } = this.at;
    this.ghost.style.transform = `translate3d(${this.box.left + x - this.start.x}px, ${this.box.top + y - this.start.y}px, 0) rotate(1.2deg)`;
    const at = document.elementFromPoint(x, y);
    const around = this.host.near ? at?.closest(this.host.near) : null;
    const under = at?.closest<HTMLElement>(this.host.zone) ?? around?.querySelector<HTMLElement>(this.host.zone) ?? null;
    if (under) {
      if (under !== this.zone) this.enter(under);
      this.place(under, x, y);
    }
    const root = this.host.root.getBoundingClientRect();
    const step = x > root.right - EDGE_PX ? 14 : x < root.left + EDGE_PX ? -14 : 0;
    if (step) {
      this.host.root.scrollLeft += step;
      this.frame = requestAnimationFrame(() => this.draw());
    }
    this.scrollDown(root, y);
  }

  /** A root that is higher than the screen is scrolled under the item; what lies in it is then measured anew. */
  private scrollDown(root: DOMRect, y: number): void {
    const down = y > root.bottom - EDGE_PX ? 12 : y < root.top + EDGE_PX ? -12 : 0;
    const before = this.host.root.scrollTop;
    if (!down) return;
    this.host.root.scrollTop += down;
    if (this.host.root.scrollTop === before) return;
    if (this.zone) this.enter(this.zone);
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  private enter(zone: HTMLElement): void {
    this.zone?.classList.remove("over");
    zone.classList.add("over");
    this.hole?.remove();
    this.zone = zone;
    this.scrolledAtEntry = zone.scrollTop;
    this.middles = [...zone.querySelectorAll<HTMLElement>(this.host.item)]
      .filter((element) => element !== this.lifted)
      .map((element) => ({ element, box: element.getBoundingClientRect() }));
  }

  private place(zone: HTMLElement, x: number, y: number): void {
    const hole = this.hole;
    if (!hole) return;
    // Of a long zone only a part is there: what has been scrolled to was drawn meanwhile.
    if (Math.abs(zone.scrollTop - this.scrolledAtEntry) > FAR_PX) this.enter(zone);
    const level = y + zone.scrollTop - this.scrolledAtEntry;
    const isAfter = ({ box }: { box: DOMRect }): boolean =>
      this.host.flow === "rows" ? level < box.top || (level < box.bottom && x < box.left + box.width / 2) : box.top + box.height / 2 > level;
    const before = this.middles.find(isAfter)?.element ?? null;
    if (!hole.parentElement || hole.nextElementSibling !== before) {
      if (before) before.before(hole);
      else zone.append(hole);
    }
    const box = zone.getBoundingClientRect();
    if (y > box.bottom - EDGE_PX) zone.scrollTop += 10;
    else if (y < box.top + EDGE_PX) zone.scrollTop -= 10;
  }

  private release(): void {
    // Where the pointer is now, though the frame that would have shown it has not come yet.
    if (this.frame) this.draw();
    const { ghost, zone, hole } = this;
    if (ghost && zone && hole?.parentElement) {
      const places = [...zone.querySelectorAll<HTMLElement>(`${this.host.item}, .hole`)].filter((element) => element !== this.lifted);
      const item = this.lifted.dataset["id"] ?? "";
      const index = Math.max(0, places.indexOf(hole));
      // The click that ends a drag must not open the card.
      const swallow = (event: Event): void => { event.stopPropagation(); event.preventDefault(); };
      addEventListener("click", swallow, { capture: true, once: true });
      window.setTimeout(() => removeEventListener("click", swallow, true));
      this.end();
      this.host.drop(item, zone.dataset["zone"] ?? "", index);
      return;
    }
    this.end();
  }

  private end(): void {
    this.stop.abort();
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.ghost?.remove();
    this.hole?.remove();
    this.zone?.classList.remove("over");
    this.lifted.classList.remove("lifted");
    document.body.classList.remove("dragging");
    this.ghost = null;
  }
}
