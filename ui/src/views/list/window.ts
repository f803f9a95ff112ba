/** Of many columns only those in sight are drawn: which, and how much room the others take. */
import { computed, type Ref } from "vue";

// A few dozen columns cost nothing; two hundred in every row would.
const FEW = 24;
const SPARE_PX = 300;

interface Seen {
  widths(): readonly number[];
  pinned(): number;
  readonly view: { readonly left: number; readonly width: number };
  readonly viewport: Readonly<Ref<HTMLElement | null>>;
  readonly mark: number;
}

export function useColumnWindow(seen: Seen) {
  /** Where each column begins, counted from the first; one more at the end. */
  const lefts = computed(() => {
    const places = [0];
    for (const width of seen.widths()) places.push((places.at(-1) ?? 0) + width);
    return places;
  });

  const bounds = computed(() => {
    const [count, pinned] = [seen.widths().length, seen.pinned()];
    if (count <= FEW) return `${pinned}-${count}`;
    const from = seen.view.left + (lefts.value[pinned] ?? 0) - SPARE_PX;
    const to = seen.view.left + seen.view.width + SPARE_PX;
    let first = pinned;
    while (first < count - 1 && (lefts.value[first + 1] ?? 0) < from) first++;
    let last = first;
    while (last < count && (lefts.value[last] ?? 0) < to) last++;
    return `${first}-${last}`;
  });

  const edges = computed(() => bounds.value.split("-").map(Number) as [number, number]);
  const shown = computed(() => {
    const [first, last] = edges.value;
    return [...Array.from({ length: seen.pinned() }, (_, index) => index), ...Array.from({ length: last - first }, (_, index) => first + index)];
  });
  const before = computed(() => (lefts.value[edges.value[0]] ?? 0) - (lefts.value[seen.pinned()] ?? 0));

  function showColumn(column: number): void {
    const box = seen.viewport.value;
    if (!box || column < seen.pinned()) return;
    const [left, right] = [lefts.value[column] ?? 0, lefts.value[column + 1] ?? 0];
    const covered = lefts.value[seen.pinned()] ?? 0;
    if (left - covered < box.scrollLeft) box.scrollLeft = left - covered;
    else if (seen.mark + right > box.scrollLeft + box.clientWidth) box.scrollLeft = seen.mark + right - box.clientWidth;
  }

  return { lefts, shown, before, showColumn };
}
