/** The configuration being edited: what the server has, and the one way in which anything in it is changed.

    `propose` asks for a plan first.  What is safe is done at once and may be taken back; whatever hides, loses,
    moves records or takes long is shown in words and waits for a yes (PlanBox).  Whoever proposes keeps his own
    draft until the answer, so nothing typed is lost when somebody else was faster. */
import { computed, shallowRef } from "vue";
import { applySchema, listRevisions, planSchema, readPalette, readSource, undoSchema, type Ask, type Edit, type EntityTable, type FieldTable, type KeptBack, type Palette, type Plan, type Revision, type TitleTable, type Wanted, type Written } from "../../api/configurator";
import { ApiProblem } from "../../api/http";
import { putOff } from "../../api/later";
import { ownTargets } from "../../fields/setup";
import { toast } from "../../kit/toast";
import { sayRefusal } from "../../records/save";
import { loadSchema, schema } from "../../schema";
import { sayInstant } from "../../words/format";
import { language, t } from "../../words";

export const written = shallowRef<Written | null>(null);
export const palette = shallowRef<Palette>({ types: [], traits: [] });
/** Jobs that count values anew since the last change. */
export const recomputing = shallowRef<readonly number[]>([]);

export interface Asking {
  readonly plan: Plan;
  readonly wanted: Wanted;
  readonly title: string;
  /** Who was faster, when the plan had to be made anew. */
  readonly meanwhile: Meanwhile | null;
  readonly busy: boolean;
  readonly problem: string;
}

export interface Meanwhile {
  readonly who: string;
  readonly at: string;
  readonly what: string;
}

/** The plan that waits for a yes. */
export const asking = shallowRef<Asking | null>(null);
let answer: (agreed: boolean) => void = () => {};

// --- reading

export async function load(): Promise<void> {
  const [now, types] = await Promise.all([readSource(), palette.value.types.length ? palette.value : readPalette()]);
  written.value = now;
  palette.value = types;
  if (schema().revision !== now.revision) await loadSchema();
}

export const source = computed(() => written.value?.source ?? null);
export const revision = computed(() => written.value?.revision ?? 0);

/** Somebody else has changed the configuration since it was read here: the live stream has brought the new one. */
export const behind = computed(() => written.value !== null && schema().revision > written.value.revision);

export const lastRevision = async (): Promise<Revision | null> => (await listRevisions(1))[0] ?? null;

export const tables = computed<readonly EntityTable[]>(() => [...(source.value?.entities ?? []), ...(source.value?.dictionaries ?? [])]);
export const findTable = (key: string): EntityTable | null => tables.value.find((one) => one.key === key) ?? null;
export const isDictionaryTable = (key: string): boolean => (source.value?.dictionaries ?? []).some((one) => one.key === key);

/** A title in the reader's language; the other language rather than nothing. */
export const say = (title: TitleTable | string | null | undefined): string =>
  title == null ? "" : typeof title === "string" ? title : (title[language()] || title.ru || title.en || "");

export const sayPlural = (title: TitleTable): string => (language() === "en" ? title.plural_en : title.plural) || say(title);

export const sayEntity = (key: string): string => {
  const table = findTable(key);
  return table ? say(table.title) : key;
};

/** Objects that a link leads to. */
export const targets = (field: FieldTable): readonly string[] =>
  field.to === undefined ? ownTargets(field.type) : typeof field.to === "string" ? [field.to] : field.to;

export const traitsOf = (table: EntityTable): Readonly<Record<string, unknown>> =>
  Array.isArray(table.traits) ? Object.fromEntries((table.traits as readonly string[]).map((key) => [key, {}])) : ((table.traits ?? {}) as Readonly<Record<string, unknown>>);

// --- changing

/** True when it is done; false when the person thought better of it.  Throws the ApiProblem of a plan that cannot be: it belongs beside what was typed. */
export const propose = (edits: readonly Edit[], title: string): Promise<boolean> => proposeWanted({ edits }, title);

/** The same, for what has no form of its own: a refusal is told at the bottom of the screen. */
export async function proposeAloud(edits: readonly Edit[], title: string): Promise<boolean> {
  try {
    return await propose(edits, title);
  } catch (refusal) {
    toast(sayRefusal(refusal), { tone: "danger" });
    return false;
  }
}

/** The same, always with its plan in words: rights are not changed by a slip of the hand. */
export const proposeShown = (edits: readonly Edit[], title: string): Promise<boolean> => proposeWanted({ edits }, title, true);

/** Back to a former revision, with its plan. */
export const proposeRestore = (number: number, title: string): Promise<boolean> => proposeWanted({ edits: [], restore: number }, title);

export async function proposeWanted(wanted: Wanted, title: string, always = false): Promise<boolean> {
  try {
    const plan = await planSchema(revision.value, wanted);
    if (!always && isSmall(plan)) return await applyNow(wanted, title, plan);
    return await ask({ plan, wanted, title, meanwhile: null, busy: false, problem: "" });
  } catch (refusal) {
    const meanwhile = meanwhileOf(refusal);
    if (!meanwhile) throw refusal;
    return askAgain(wanted, title, meanwhile);
  }
}

/** Nothing in it that a person must think about: it is done at once, and may be taken back. */
export const isSmall = (plan: Plan): boolean =>
  plan.risk === "safe" && !plan.asks.length && !plan.kept_back.length && plan.steps.every((step) => step.kind === "made" || step.kind === "shown" || (step.kind === "changed" && step.records === 0));

async function applyNow(wanted: Wanted, title: string, plan: Plan): Promise<boolean> {
  const done = await applySchema(plan.revision, wanted, title, plan.risk === "loses" ? plan.digest : "");
  await load();
  recomputing.value = [...recomputing.value, ...done.jobs];
  if (done.revision !== plan.revision) toldDone(title, plan.risk === "loses" ? 0 : done.revision);
  return true;
}

// What is lost does not come back with the structure, so nobody is offered that.
function toldDone(title: string, made: number): void {
  toast(title || t("conf.done"), !made ? {} : { action: { title: t("conf.undo"), run: () => void undo(made) } });
}

/** Somebody was faster: what is wanted is planned anew on what they made, and always shown. */
async function askAgain(wanted: Wanted, title: string, meanwhile: Meanwhile): Promise<boolean> {
  await load();
  return ask({ plan: await planSchema(revision.value, wanted), wanted, title, meanwhile, busy: false, problem: "" });
}

function ask(about: Asking): Promise<boolean> {
  asking.value = about;
  return new Promise((resolve) => (answer = resolve));
}

export function meanwhileOf(refusal: unknown): Meanwhile | null {
  if (!(refusal instanceof ApiProblem) || refusal.code !== "schema_changed_meanwhile") return null;
  const { who, at, what } = refusal.facts;
  return { who: String(who ?? ""), at: String(at ?? ""), what: String(what ?? "") };
}

// --- what PlanBox does

export async function agree(): Promise<void> {
  const about = asking.value;
  if (!about || about.busy) return;
  asking.value = { ...about, busy: true, problem: "" };
  try {
    await applyNow(about.wanted, about.title, about.plan);
    asking.value = null;
    answer(true);
  } catch (refusal) {
    const meanwhile = meanwhileOf(refusal);
    if (meanwhile) await plannedAnew(about, meanwhile);
    else asking.value = { ...about, busy: false, problem: sayRefusal(refusal) };
  }
}

async function plannedAnew(about: Asking, meanwhile: Meanwhile): Promise<void> {
  try {
    await load();
    asking.value = { ...about, plan: await planSchema(revision.value, about.wanted), meanwhile, busy: false, problem: "" };
  } catch (refusal) {
    asking.value = { ...about, meanwhile, busy: false, problem: sayRefusal(refusal) };
  }
}

/** Grows with each change that is put off, for whoever shows them. */
export const putOffCount = shallowRef(0);

/** The plan is agreed to and waits for its hour; at: "" for the coming night. */
export async function agreeLater(at: string): Promise<void> {
  const about = asking.value;
  if (!about || about.busy) return;
  asking.value = { ...about, busy: true, problem: "" };
  try {
    const kept = await putOff(about.plan.revision, about.wanted, about.title, about.plan.risk === "loses" ? about.plan.digest : "", at);
    asking.value = null;
    putOffCount.value += 1;
    toast(t("conf.put_off", { at: sayInstant(kept.at) }));
    answer(true);
  } catch (refusal) {
    const meanwhile = meanwhileOf(refusal);
    if (meanwhile) await plannedAnew(about, meanwhile);
    else asking.value = { ...about, busy: false, problem: sayRefusal(refusal) };
  }
}

export function refuse(): void {
  asking.value = null;
  answer(false);
}

/** Where the records of a stage or a value go, and the plan with it. */
export async function answerAsk(of: Ask, to: string): Promise<void> {
  const about = asking.value;
  if (!about || about.busy) return;
  const wanted = { ...about.wanted, edits: answered(about.wanted.edits, of, to) };
  asking.value = { ...about, busy: true, problem: "" };
  try {
    asking.value = { ...about, wanted, plan: await planSchema(about.plan.revision, wanted), busy: false, problem: "" };
  } catch (refusal) {
    asking.value = { ...about, busy: false, problem: sayRefusal(refusal) };
  }
}

/** The edit that drops the stage or value says where; where none does (a former revision), one is added that only says it. */
export function answered(edits: readonly Edit[], of: Ask, to: string): readonly Edit[] {
  const stage = of.code === "stage_has_records";
  const isAbout = (edit: Edit): boolean => edit["entity"] === of.entity && (stage
    ? (edit.do === "drop_stage" && edit["stage"] === of.value) || edit.do === "drop_pipeline"
    : edit.do === "drop_option" && edit["field"] === of.field && edit["option"] === of.value);
  if (edits.some(isAbout)) return edits.map((edit) => (isAbout(edit) ? { ...edit, to } : edit));
  const said: Edit = stage ? { do: "drop_stage", entity: of.entity, stage: of.value, to } : { do: "drop_option", entity: of.entity, field: of.field, option: of.value, to };
  return [...edits, said];
}

/** Takes the last change back.  What was made by it and is still empty goes without a question; data never does. */
export async function undo(made: number): Promise<void> {
  if (made !== revision.value) return toast(t("conf.undo_late"), { tone: "danger" });
  try {
    const plan = await planSchema(made, { edits: [], restore: made - 1 });
    if (plan.asks.length || plan.kept_back.length || plan.steps.some((step) => step.risk === "loses" && step.records > 0)) {
      await ask({ plan, wanted: { edits: [], restore: made - 1 }, title: t("conf.undone"), meanwhile: null, busy: false, problem: "" });
      return;
    }
    await undoSchema(made, plan.risk === "loses" ? plan.digest : "");
    await load();
    toast(t("conf.undone"));
  } catch (refusal) {
    toast(sayRefusal(refusal), { tone: "danger" });
    await load().catch(() => {});
  }
}

export type { Edit, EntityTable, FieldTable, KeptBack };
