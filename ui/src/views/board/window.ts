/** Which part of a column is drawn: cards are of any height, so it is cut into portions whose heights are remembered. */
import { computed, onScopeDispose, reactive, ref, shallowReactive } from "vue";

export const PORTION = 10;
const SPARE_PX = 700;
const GUESS_PX = 112;
const LEARNT = 6;

export function useColumn(count: () => number) {
  const view = reactive({ top: 0, height: 900 });
  const measured = shallowReactive(new Map<number, number>());
  // Learnt from the first portions and then kept: were it learnt further, each new portion would move the end of a
  // hundred thousand cards by many screens, and nobody would ever reach it.
  const each = ref(GUESS_PX);
  function learn(): void {
    let [sum, cards] = [0, 0];
    for (const [portion, height] of measured) {
      sum += height;
      cards += Math.max(0, Math.min(PORTION, count() - portion * PORTION));
    }
    if (cards > 0) each.value = sum / cards;
  }
  const portions = computed(() => Math.ceil(count() / PORTION));
  const heightOf = (portion: number): number => measured.get(portion) ?? Math.min(PORTION, count() - portion * PORTION) * each.value;

  /** First and last portion that are drawn, and the room of the others. */
  const drawn = computed(() => {
    let [before, at] = [0, 0];
    while (at < portions.value - 1 && before + heightOf(at) < view.top - SPARE_PX) before += heightOf(at++);
    const first = at;
    let bottom = before;
    while (at < portions.value && bottom < view.top + view.height + SPARE_PX) bottom += heightOf(at++);
    let after = 0;
    for (let rest = at; rest < portions.value; rest++) after += heightOf(rest);
    return { first, last: at, before, after };
  });

  const names = new WeakMap<Element, number>();
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const portion = names.get(target);
      const height = (target as HTMLElement).offsetHeight;
      if (portion !== undefined && height > 0 && measured.get(portion) !== height) measured.set(portion, height);
    }
    if (measured.size <= LEARNT) learn();
  });
  onScopeDispose(() => sizes.disconnect());

  function measure(element: Element | null, portion: number): void {
    if (!element || names.get(element) === portion) return;
    names.set(element, portion);
    sizes.observe(element);
  }

  const frame = ref(0);
  function scrolled(box: HTMLElement): void {
    frame.value ||= requestAnimationFrame(() => {
      frame.value = 0;
      Object.assign(view, { top: box.scrollTop, height: box.clientHeight });
    });
  }

  return { drawn, each, measure, scrolled };
}
