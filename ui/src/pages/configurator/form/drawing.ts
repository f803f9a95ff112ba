/** A card being drawn, with its steps back; what was not saved waits for the person to come back to it. */
import { computed, ref, shallowRef, watch, type ComputedRef, type ShallowRef } from "vue";
import type { EntityTable } from "../../../api/configurator";
import type { Entity, Field } from "../../../api/types";
import { findEntity } from "../../../schema";
import { t } from "../../../words";
import { propose, say } from "../draft";
import { placed } from "../problems";
import { readForm, writeForm, type Drawn } from "./model";

const MOST_STEPS = 60;
const waiting = new Map<string, readonly Drawn[]>();

export interface Drawing {
  readonly now: ComputedRef<Drawn>;
  readonly shown: ComputedRef<Entity | null>;
  readonly dirty: ComputedRef<boolean>;
  readonly busy: ShallowRef<boolean>;
  readonly problem: ShallowRef<string>;
  field(key: string): Field | null;
  put(next: Drawn): void;
  back(): void;
  drop(): void;
  save(): Promise<void>;
  /** As the program draws it itself. */
  reset(): Promise<void>;
}

export function useDrawing(table: () => EntityTable): Drawing {
  const shown = computed(() => findEntity(table().key));
  const read = (): readonly Drawn[] => (shown.value ? [readForm(table(), shown.value)] : [{ quick: [], tabs: [], variants: [] }]);
  const steps = shallowRef<readonly Drawn[]>(waiting.get(table().key) ?? read());
  const busy = ref(false);
  const problem = ref("");
  const now = computed(() => steps.value.at(-1) as Drawn);
  const dirty = computed(() => steps.value.length > 1);
  const fields = computed(() => new Map((shown.value?.fields ?? []).map((one) => [one.key, one])));

  function keep(next: readonly Drawn[]): void {
    steps.value = next;
    problem.value = "";
    if (next.length > 1) waiting.set(table().key, next);
    else waiting.delete(table().key);
  }
  // Somebody else's change, and one's own of another tab: what is not being drawn here is read anew.
  watch(() => [table().form, shown.value] as const, () => dirty.value || keep(read()));

  async function proposed(form: Drawn | null, title: string): Promise<void> {
    busy.value = true;
    problem.value = "";
    try {
      if (await propose([{ do: "put_form", entity: table().key, form: form && writeForm(form) }], title)) keep(read());
    } catch (refusal) {
      problem.value = Object.values(placed(refusal)).join(" ");
    }
    busy.value = false;
  }

  return {
    now, shown, dirty, busy, problem,
    field: (key) => fields.value.get(key) ?? null,
    put(next) {
      if (next !== now.value) keep([...(steps.value.length >= MOST_STEPS ? [steps.value[0] as Drawn, ...steps.value.slice(2)] : steps.value), next]);
    },
    back: () => dirty.value && keep(steps.value.slice(0, -1)),
    drop: () => keep(read()),
    save: () => proposed(now.value, t("designer.saved", { what: say(table().title) })),
    reset: () => proposed(null, t("designer.was_reset", { what: say(table().title) })),
  };
}
