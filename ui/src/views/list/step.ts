/** What is planned next for a record: said on its row by a mark, never by colour alone. */
import { CalendarCheck, CircleAlert, CircleDashed } from "@lucide/vue";
import { reactive, watch, type Component } from "vue";
import { readSteps, type Step } from "../../api/views";
import { writesOf } from "../../records/writes";
import { stageField, type Entity } from "../../schema";
import { t } from "../../words";
import { now } from "../../words/clock";
import { sayInstant } from "../../words/format";

export interface StepMark {
  readonly tone: "planned" | "late" | "none";
  readonly icon: Component;
  readonly text: string;
}

/** Only cards with a feed have plans; «нет шага» is a worry only where there are stages to go through. */
export const hasSteps = (entity: Entity): boolean => entity.kind === "record" && "timeline" in entity.traits;

export function markOf(step: Step | null, staged: boolean): StepMark | null {
  if (!step) return staged ? { tone: "none", icon: CircleDashed, text: t("step.none") } : null;
  const [, , , title, due] = step;
  if (due && Date.parse(due) < now()) return { tone: "late", icon: CircleAlert, text: t("step.late", { what: title || t("step.untitled"), at: sayInstant(due) }) };
  return { tone: "planned", icon: CalendarCheck, text: due ? t("step.planned", { what: title || t("step.untitled"), at: sayInstant(due) }) : title || t("step.untitled") };
}

/** Steps of the records in sight; asked once, and again after something was written. */
export function useSteps(entity: () => Entity, ids: () => readonly number[]) {
  const known = reactive(new Map<number, StepMark | null>());
  let timer = 0;

  async function ask(): Promise<void> {
    const wanted = ids().filter((id) => !known.has(id)).slice(0, 300);
    if (!wanted.length || !hasSteps(entity())) return;
    try {
      const found = new Map((await readSteps(entity().key, wanted)).map((step) => [step[0], step]));
      const staged = stageField(entity()) !== null;
      for (const id of wanted) known.set(id, markOf(found.get(id) ?? null, staged));
    } catch {
      // A row without its mark is still a row; asked again with the next ones.
    }
  }

  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), 120);
  };
  watch(() => ids().join(), later, { immediate: true });
  watch(() => writesOf("activity") + writesOf(entity().key), () => {
    known.clear();
    later();
  });
  return (id: number): StepMark | null => known.get(id) ?? null;
}
