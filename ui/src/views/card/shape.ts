/** Which look of the card is shown: the first variant that fits the record and the screen, else the card itself. */
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import type { BlockKind, CardVariant, Cell, FormTab } from "../../api/types";
import { phone } from "../../kit/media";
import { isHeld, type Rec } from "../../records/cache";
import type { Entity } from "../../schema";

const valuesOf = (cell: Cell | undefined): readonly string[] =>
  Array.isArray(cell) ? cell.map(String) : typeof cell === "boolean" ? [cell ? "yes" : "no"] : cell == null || cell === "" ? ["no"] : [String(cell)];

/** Null: the card itself.  On a narrow screen those made for a phone are tried first. */
export function fitting(entity: Entity, values: Readonly<Record<string, Cell>>, narrow: boolean): CardVariant | null {
  const fit = (entity.form.variants ?? []).filter((one) => one.by === null || valuesOf(values[one.by]).some((value) => one.values.includes(value)));
  return (narrow && fit.find((one) => one.phone)) || fit.find((one) => !one.phone) || null;
}

export const hasBlock = (tabs: readonly FormTab[], kind: BlockKind): boolean => tabs.some((tab) => tab.sections.some((part) => part.block?.kind === kind));

const AGAIN_MS = 120;

/** The look changes with the record, but not under the hands of who types in the card or waits for it to be saved: what
    was typed and refused would have no place to be put right in. */
export function useShape(entity: Ref<Entity | null>, rec: Ref<Rec | null>): ComputedRef<readonly FormTab[]> {
  const wanted = computed(() => (entity.value && rec.value ? (fitting(entity.value, rec.value.values, phone.value)?.key ?? "") : ""));
  const key = shallowRef(wanted.value);
  let timer = 0;
  function settle(): void {
    clearTimeout(timer);
    if (rec.value && isHeld(rec.value)) timer = window.setTimeout(settle, AGAIN_MS);
    else key.value = wanted.value;
  }
  watch([wanted, () => rec.value?.id], ([now, id], [, before]) => (id === before ? settle() : (key.value = now)), { flush: "sync" });
  onScopeDispose(() => clearTimeout(timer));
  return computed(() => entity.value?.form.variants?.find((one) => one.key === key.value)?.tabs ?? entity.value?.form.tabs ?? []);
}
