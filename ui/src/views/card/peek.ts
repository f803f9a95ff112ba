/** A glance at what a link leads to, without going there: by a mouse that rests on it, by the focus, by a long press
    on a phone.  And a file is looked at where one is, instead of being fetched.

    One pair of listeners for the whole page: links stand in lists, cards, feeds and dialogs alike. */
import { onMounted, onUnmounted, shallowRef } from "vue";
import { useRouter } from "vue-router";

export interface Peeked {
  readonly address: string;
  readonly entity: string;
  readonly id: number;
  readonly box: DOMRect;
}

export interface Previewed {
  readonly address: string;
  readonly title: string;
}

export const peeked = shallowRef<Peeked | null>(null);
export const previewed = shallowRef<Previewed | null>(null);

const REST_MS = 450;
const FOCUS_MS = 700;
const LEAVE_MS = 220;
const RECORD = /^\/([a-z][a-z0-9_]*)\/(\d+)$/;
const WITHIN = "[data-peek-box]";
let timer = 0;

const linkOf = (event: Event): HTMLAnchorElement | null => {
  const target = event.target as Element;
  const own = target.closest<HTMLAnchorElement>("a[href]");
  if (own) return own;
  // In a grid a link is not pressed by itself; with Ctrl its cell shows it all the same.
  return (event as MouseEvent).ctrlKey ? (target.closest(".cell")?.querySelector<HTMLAnchorElement>("a.go[href]") ?? null) : null;
};

function show(link: HTMLAnchorElement): boolean {
  const found = RECORD.exec(link.getAttribute("href") ?? "");
  if (!found || !link.isConnected) return false;
  peeked.value = { address: link.getAttribute("href") ?? "", entity: found[1] ?? "", id: Number(found[2]), box: link.getBoundingClientRect() };
  return true;
}

function wait(milliseconds: number, act: () => void): void {
  clearTimeout(timer);
  timer = window.setTimeout(act, milliseconds);
}

function over(event: PointerEvent): void {
  if (event.pointerType !== "mouse") return;
  if ((event.target as Element).closest(WITHIN)) return clearTimeout(timer);
  const link = linkOf(event);
  if (link?.matches(".go, .primary, .about") && !link.closest(".gallery, [data-nopeek]")) wait(event.ctrlKey ? 0 : REST_MS, () => void show(link));
  else if (peeked.value) wait(LEAVE_MS, closePeek);
  else clearTimeout(timer);
}

function focused(event: FocusEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a.go[href]");
  if (link?.matches(":focus-visible")) wait(FOCUS_MS, () => void show(link));
  else if (!(event.target as Element).closest(WITHIN)) closePeek();
}

// A long press on a phone comes as the wish for a menu.
function held(event: Event): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a.go[href], a.about[href]");
  if (link && matchMedia("(pointer: coarse)").matches && show(link)) event.preventDefault();
}

function pressed(event: MouseEvent): void {
  if (!(event.target as Element).closest(WITHIN)) closePeek();
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-file]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  previewed.value = { address: link.getAttribute("href") ?? "", title: link.dataset["file"] ?? "" };
}

const key = (event: KeyboardEvent): void => {
  if (event.key !== "Escape" || !peeked.value) return;
  closePeek();
  event.preventDefault();
};

export function closePeek(): void {
  clearTimeout(timer);
  peeked.value = null;
}

export function watchPeek(): void {
  const stop = new AbortController();
  useRouter().afterEach(closePeek);
  onMounted(() => {
    const { signal } = stop;
    document.addEventListener("pointerover", over, { signal });
    document.addEventListener("focusin", focused, { signal });
    document.addEventListener("contextmenu", held, { signal });
    document.addEventListener("click", pressed, { signal, capture: true });
    document.addEventListener("keydown", key, { signal, capture: true });
    document.addEventListener("scroll", closePeek, { signal, capture: true, passive: true });
  });
  onUnmounted(() => stop.abort());
}
