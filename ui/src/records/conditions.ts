/** Fields of a card that are seen, required or read-only by formula.  The server says which, of the record as it stands
    and of what is being typed; here it is only remembered and asked again when the record becomes another. */
import { computed, nextTick, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from "vue";
import { checkRecord } from "../api/records";
import type { Cell, Entity, Field, FormState } from "../api/types";
import { fieldType } from "../fields";
import type { Rec } from "./cache";

export const NOTHING: FormState = { hidden: [], required: [], read_only: [], buttons: [] };
const WHILE_TYPING_MS = 250;

export const isConditional = (entity: Entity): boolean => !!(entity.form.conditional?.length || entity.form.conditional_buttons?.length);

export interface Conditions {
  readonly state: ComputedRef<FormState>;
  /** An editor of the field is typed in; nothing is saved yet. */
  typing(field: Field, event: Event): void;
  /** It was left, with or without a change. */
  left(field: Field): void;
}

export function useConditions(entity: () => Entity, rec: () => Rec): Conditions {
  const typed = shallowRef<FormState | null>(null);
  const asked = ref(0);
  let timer = 0;

  async function ask(values: Record<string, Cell>): Promise<void> {
    const turn = ++asked.value;
    const of = rec();
    const version = of.version;
    try {
      const { form } = await checkRecord(of.entity, values, of.id);
      // An answer about what the record was says nothing of what it is: saved, it has told its state itself.
      if (!form || of !== rec() || of.version !== version) return;
      // What belongs to the record itself is kept with it, what is typed lasts until it is saved or left.
      if (!Object.keys(values).length) of.form = { version, state: form };
      if (turn === asked.value) typed.value = Object.keys(values).length ? form : null;
    } catch {
      // Without an answer the card stays as it is: the server still refuses what the conditions do not allow.
    }
  }

  watch(
    () => [rec().id, rec().version, rec().form?.version] as const,
    ([, version, known], before) => {
      if (before && before[1] !== version) typed.value = null;
      if (isConditional(entity()) && known !== version) void ask({});
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));

  return {
    state: computed(() => typed.value ?? rec().form?.state ?? NOTHING),
    typing(field, event) {
      const entry = fieldType(field).entry;
      const text = (event.target as HTMLInputElement).value;
      if (!isConditional(entity()) || !entry || typeof text !== "string") return;
      const read = entry.read(text, field);
      if (!("cell" in read)) return;
      clearTimeout(timer);
      timer = window.setTimeout(() => void ask({ [field.key]: read.cell }), WHILE_TYPING_MS);
    },
    left(field) {
      if (!typed.value) return clearTimeout(timer);
      clearTimeout(timer);
      void nextTick(() => ask({ [field.key]: rec().values[field.key] ?? null }));
    },
  };
}
