/** One import at the screen: what the server knows of it, the plan under the hand, and how far its jobs are. */
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { ApiProblem } from "../../api/http";
import { keepPlan, lookAt, readImport, readPlan, startCheck, startImport, cancelImport, type ImportView, type Plan, type Readings } from "../../api/imports";
import { tell } from "../../records/save";
import { findEntity } from "../../schema";
import { wholePlan } from "./plan";

const POLL_MS = 500;
const SETTLE_MS = 350;
const NONE: Readings = { columns: [], problems: [] };

export type ImportAtHand = ReturnType<typeof useImport>;

export function useImport(id: number) {
  const run = shallowRef<ImportView | null>(null);
  const plan = shallowRef<Plan | null>(null);
  const readings = shallowRef<Readings>(NONE);
  const refusal = shallowRef<unknown>(null);
  const saving = ref(false);
  let poll = 0;
  let settle = 0;
  let edits = 0;
  let unkept = false;
  let gone = false;

  const entity = computed(() => (run.value ? findEntity(run.value.entity) : null));
  const open = computed(() => run.value?.state === "uploaded" || run.value?.state === "ready");
  const busy = computed(() => run.value?.state === "running" || run.value?.check?.state === "running" || run.value?.undo?.state === "running");

  function take(view: ImportView): void {
    run.value = view;
    clearTimeout(poll);
    if (busy.value && !gone) poll = window.setTimeout(() => void look(), POLL_MS);
  }

  /** Ask again; a server that is slow to answer is asked more seldom, one that is away — until it is back. */
  async function look(): Promise<void> {
    const asked = performance.now();
    try {
      take(await readImport(id));
      const pause = (performance.now() - asked) * 4;
      if (busy.value && pause > POLL_MS) again(pause);
    } catch (wrong) {
      if (!(wrong instanceof ApiProblem && wrong.offline)) return tell(wrong);
      again(POLL_MS * 4);
    }
  }

  function again(pause: number): void {
    clearTimeout(poll);
    if (!gone) poll = window.setTimeout(() => void look(), pause);
  }

  async function load(): Promise<void> {
    try {
      const view = await readImport(id);
      plan.value = wholePlan(view.entity, view.plan);
      take(view);
      if (open.value) await settled();
    } catch (wrong) {
      refusal.value = wrong;
    }
  }

  /** A change of the plan: shown at once, read and kept a moment later.

      `later`: kept only with the next check, since keeping a new plan makes what the last check found old. */
  function edit(change: Plan, later = false): void {
    plan.value = change;
    edits += 1;
    unkept = true;
    clearTimeout(settle);
    if (!later) settle = window.setTimeout(() => void settled().catch(tell), SETTLE_MS);
  }

  /** The plan as it stands is read by the server and, when nothing is wrong in it, kept.  True when kept. */
  async function settled(): Promise<boolean> {
    clearTimeout(settle);
    const mine = edits;
    const wanted = plan.value;
    if (!wanted) return false;
    saving.value = true;
    try {
      const told = await readPlan(id, wanted);
      if (mine !== edits) return false;
      readings.value = told;
      if (told.problems.length) return false;
      const view = await keepPlan(id, wanted);
      if (mine === edits) {
        unkept = false;
        take(view);
      }
      return true;
    } finally {
      saving.value = false;
    }
  }

  /** Another object, sheet or row of headings: the plan begins anew. */
  async function lookElsewhere(entityKey: string, sheet: number, headerRow: number | null): Promise<void> {
    try {
      const view = await lookAt(id, entityKey, sheet, headerRow);
      plan.value = wholePlan(view.entity, view.plan);
      edits += 1;
      take(view);
      await settled();
    } catch (wrong) {
      tell(wrong);
    }
  }

  /** False when the plan has mistakes: then there is nothing to check by. */
  async function check(): Promise<boolean> {
    if (!(await settled())) return false;
    take(await startCheck(id));
    return true;
  }

  async function begin(): Promise<void> {
    await startImport(id);
    await look();
  }

  async function stop(): Promise<void> {
    await cancelImport(id);
    await look();
  }

  // What was changed a moment ago is kept even if the page is left at once.
  function keepLast(): void {
    clearTimeout(settle);
    if (unkept && open.value && plan.value) void keepPlan(id, plan.value).catch(() => {});
    unkept = false;
  }
  window.addEventListener("pagehide", keepLast);
  onScopeDispose(() => {
    gone = true;
    clearTimeout(poll);
    keepLast();
    window.removeEventListener("pagehide", keepLast);
  });

  return { id, run, plan, entity, readings, refusal, saving, open, busy, load, look, edit, settled, lookElsewhere, check, begin, stop };
}
