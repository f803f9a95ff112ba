/** The list from which a card was opened, so that its keys lead to the next and to the one before. */
import { onScopeDispose } from "vue";

export interface Trail {
  readonly entity: () => string;
  readonly total: () => number;
  /** undefined: not read yet, or no record stands there. */
  readonly idAt: (index: number) => number | undefined;
  readonly read?: (first: number, last: number) => Promise<void>;
}

interface Place {
  readonly trail: Trail;
  readonly index: number;
}

const offered = new Set<Trail>();
let last: Place | null = null;

/** From the set-up of a list: whoever opens one of its records may go on along it. */
export function offerTrail(trail: Trail): void {
  offered.add(trail);
  onScopeDispose(() => offered.delete(trail));
}

function indexIn(trail: Trail, id: number, near: number): number {
  if (trail.idAt(near) === id) return near;
  for (let index = 0; index < trail.total(); index++) if (trail.idAt(index) === id) return index;
  return -1;
}

/** Where the record stands; the list that was gone along before is looked at first. */
export function placeOf(entity: string, id: number): Place | null {
  const trails = [...(last ? [last.trail] : []), ...[...offered].reverse()];
  for (const trail of trails) {
    if (trail.entity() !== entity) continue;
    const index = indexIn(trail, id, last?.trail === trail ? last.index : 0);
    if (index !== -1) return (last = { trail, index });
  }
  return null;
}

// Headings of groups and rows that have been deleted are stepped over, but not for ever.
const MOST_SKIPPED = 50;

/** The record that many steps away along the list; null at its end, or when it was opened from none. */
export async function neighbour(entity: string, id: number, step: 1 | -1): Promise<number | null> {
  const place = placeOf(entity, id) ?? (last?.trail.entity() === entity ? last : null);
  if (!place) return null;
  const { trail } = place;
  for (let skipped = 1; skipped <= MOST_SKIPPED; skipped++) {
    const index = place.index + step * skipped;
    if (index < 0 || index >= trail.total()) return null;
    if (trail.idAt(index) === undefined) await trail.read?.(index, index + 1);
    const found = trail.idAt(index);
    if (found !== undefined && found !== id) {
      last = { trail, index };
      return found;
    }
  }
  return null;
}
