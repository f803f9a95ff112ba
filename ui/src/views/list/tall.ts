/** Scrolling over more rows than a browser can be tall: a million rows are 36 million pixels, browsers stop at 17.

    The body is never taller than MOST_PX.  Where rows really are is `top`; near moves go pixel by pixel, a jump of
    the bar goes by proportion, and before the bar comes to an end too soon it is moved under the same rows. */
import { computed, onMounted, onUnmounted, reactive, ref, type Ref } from "vue";

export const MOST_PX = 8_000_000;

export interface Place {
  readonly bar: number;
  readonly top: number;
}

/** most: how far the bar goes; whole: how far the rows go; seen: how much is in sight. */
export function placeAfter(bar: number, before: Place, most: number, whole: number, seen: number): Place {
  if (whole <= most) return { bar, top: bar };
  const moved = bar - before.bar;
  const top = Math.abs(moved) < seen * 1.5 ? Math.min(Math.max(0, before.top + moved), whole) : Math.round((bar / most) * whole);
  const tooSoonAbove = bar < seen && top > bar;
  const tooSoonBelow = most - bar < seen && whole - top > most - bar;
  return tooSoonAbove || tooSoonBelow || top < bar || whole - top < most - bar ? { bar: barFor(top, most, whole), top } : { bar, top };
}

/** Where the bar stands for these rows: exact near both ends, in proportion between. */
export function barFor(top: number, most: number, whole: number): number {
  if (whole <= most) return top;
  if (top < most / 2) return top;
  return whole - top < most / 2 ? most - (whole - top) : Math.round((top / whole) * most);
}

export function useTall(viewport: Readonly<Ref<HTMLElement | null>>, length: () => number) {
  const view = reactive({ top: 0, left: 0, height: 800, width: 1200 });
  const shift = ref(0);
  const tall = computed(() => Math.min(length(), MOST_PX));
  let bar = 0;
  let frame = 0;

  const head = (): number => (viewport.value ? viewport.value.scrollHeight - tall.value : 0);
  // What of the height is not rows (the heading) does not scroll away, so both go equally far less.
  const rest = (): number => (viewport.value ? viewport.value.clientHeight - head() : 0);

  function take(place: Place): void {
    const box = viewport.value;
    if (box && Math.abs(place.bar - box.scrollTop) > 1) box.scrollTop = place.bar;
    bar = box?.scrollTop ?? place.bar;
    view.top = place.top;
    shift.value = tall.value < length() ? place.top - bar : 0;
  }

  function scrolled(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      const box = viewport.value;
      if (!box) return;
      view.left = box.scrollLeft;
      take(placeAfter(box.scrollTop, { bar, top: view.top }, tall.value - rest(), length() - rest(), view.height));
    });
  }

  /** Rows from this pixel on come into sight. */
  function goTo(top: number): void {
    const [most, whole] = [tall.value - rest(), length() - rest()];
    const wanted = Math.min(Math.max(0, top), Math.max(0, whole));
    const near = bar + wanted - view.top;
    take(Math.abs(wanted - view.top) < view.height && near > view.height && most - near > view.height ? { bar: near, top: wanted } : { bar: barFor(wanted, most, whole), top: wanted });
  }

  const resized = new ResizeObserver(() => {
    if (viewport.value) Object.assign(view, { height: viewport.value.clientHeight, width: viewport.value.clientWidth });
  });
  onMounted(() => viewport.value && resized.observe(viewport.value));
  onUnmounted(() => resized.disconnect());

  return { view, shift, tall, scrolled, goTo };
}
