/** What a person has chosen for one view: columns, widths, order, conditions.  Kept in his preferences, not in the schema. */
import { computed, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import type { Cell, Measure } from "../api/types";
import { fieldType, type Condition } from "../fields";
import { all, quote } from "../fields/formula";
import { keepPreference, loadPreference } from "../records/preference";
import { findField, nameField, summedFields, type Entity, type Field, type View } from "../schema";

export interface Asked {
  readonly id: number;
  readonly field: string;
  readonly condition: Condition;
  readonly value: Cell;
}

const NAME_PX = 270;

interface Kept {
  columns?: string[];
  widths?: Record<string, number>;
  sort?: string[];
  asked?: readonly Asked[];
  totals?: Record<string, string>;
}

export function useViewSettings(entity: Ref<Entity>, view: Ref<View>) {
  const key = computed(() => `view.${entity.value.key}.${view.value.key}`);
  const ready = ref(false);
  const columns = ref<string[]>([]);
  const widths = shallowReactive<Record<string, number>>({});
  const sort = ref<string[]>([]);
  const asked = shallowRef<readonly Asked[]>([]);
  const totalBy = ref<Record<string, string>>({});
  const search = ref("");

  async function load(): Promise<void> {
    ready.value = false;
    const wanted = key.value;
    const kept = await loadPreference<Kept>(wanted, {});
    if (wanted !== key.value) return;
    columns.value = (kept.columns ?? [...view.value.columns]).filter(isKnown);
    sort.value = (kept.sort ?? [...view.value.sort]).filter((one) => isKnown(one.replace(/^-/, "")));
    asked.value = (kept.asked ?? []).filter((one) => isKnown(one.field));
    totalBy.value = kept.totals ?? {};
    for (const name of Object.keys(widths)) delete widths[name];
    Object.assign(widths, kept.widths ?? {});
    search.value = "";
    ready.value = true;
  }

  // The configuration may have changed since the settings were kept: what is gone is left out.
  const isKnown = (path: string): boolean => findField(entity.value, path) !== null;

  function keep(): void {
    if (!ready.value) return;
    const kept: Kept = { columns: columns.value, widths: { ...widths }, sort: sort.value, asked: asked.value, totals: totalBy.value };
    keepPreference(key.value, kept);
  }

  /** Back to the view as it is shared. */
  function reset(): void {
    columns.value = [...view.value.columns].filter(isKnown);
    sort.value = [...view.value.sort];
    asked.value = [];
    totalBy.value = {};
    for (const name of Object.keys(widths)) delete widths[name];
  }

  watch(key, () => void load(), { immediate: true });
  watch([columns, sort, asked, totalBy, () => ({ ...widths })], keep, { deep: true });

  const fields = computed<readonly Field[]>(() =>
    columns.value.map((path) => findField(entity.value, path)).filter((field): field is Field => field !== null));

  const clauses = computed(() => asked.value.map((one) => clauseOf(entity.value, one)));
  const searched = computed(() => (search.value.trim() ? `contains(label, ${quote(search.value.trim())})` : ""));
  const filter = computed(() => all([view.value.filter, ...clauses.value, searched.value]));

  /** Fields whose totals are shown: the view's own, then every column that can be summed. */
  const totals = computed<readonly (Measure & { readonly of: Field })[]>(() => {
    const summed = summedFields(fields.value);
    const own = view.value.total ? findField(entity.value, view.value.total) : null;
    const shown = own && !summed.some((field) => field.key === own.key) ? [own, ...summed] : summed;
    return shown.slice(0, 5).map((field) => ({ function: totalBy.value[field.key] ?? "sum", field: field.key, of: field }));
  });

  const widthOf = (field: Field): number =>
    widths[field.key] ?? (field.key === nameField(entity.value)?.key ? NAME_PX : (fieldType(field).width ?? 150));
  const sorted = computed(() => sort.value.join() !== view.value.sort.join());

  return { ready, columns, widths, sort, asked, totalBy, search, fields, filter, totals, widthOf, sorted, sortText: computed(() => sort.value.join(",")), reset };
}

export type ViewSettings = ReturnType<typeof useViewSettings>;

export function clauseOf(entity: Entity, one: Asked): string {
  const field = findField(entity, one.field);
  return field ? fieldType(field).ask.clause(one.field, one.condition, one.value, field) : "";
}
