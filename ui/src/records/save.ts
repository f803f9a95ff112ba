/** Saving: shown at once, put back when refused.  A clash of two people and missing values are asked about. */
import { ApiProblem } from "../api/http";
import { changeRecord, createRecord, deleteRecord, readRecord, undoBatch } from "../api/records";
import type { Cell, Field, RecordView } from "../api/types";
import { fieldType, isEmptyCell, sameCell } from "../fields";
import { toast } from "../kit/toast";
import { findEntity, findField, findStage, stageField } from "../schema";
import { t } from "../words";
import { forget, hold, onRead, peek, putView, type Rec } from "./cache";
import { decided, flush, isGoing, putAside, startOutbox, supersede, unsentOf, valuesAside, type Sent, type Unsent } from "./outbox";
import { askConflict, askDemand, type Clash } from "./questions";
import { noteWrite } from "./writes";

export type Values = Record<string, Cell>;

export async function loadRecord(entity: string, id: number): Promise<Rec> {
  return putView(await readRecord(entity, id));
}

// On a slow network a second change is made before the first is answered: they go one after another, each over the
// version that the one before it made, and what is on its way stays on the screen.
const onTheirWay = new Map<Rec, Values[]>();
const ends = new Map<Rec, Promise<void>>();
let settling = false;
onRead((rec) => {
  const way = onTheirWay.get(rec);
  const aside = settling ? (unsentOf(rec.entity, rec.id)?.values ?? null) : valuesAside(rec.entity, rec.id);
  return way || aside ? Object.assign({}, aside, ...(way ?? [])) as Values : null;
});

function setOut(rec: Rec, values: Values): () => void {
  const way = onTheirWay.get(rec) ?? [];
  onTheirWay.set(rec, way);
  way.push(values);
  return () => {
    if (way.includes(values)) way.splice(way.indexOf(values), 1);
    if (!way.length && onTheirWay.get(rec) === way) onTheirWay.delete(rec);
  };
}

function takeTurn(rec: Rec): { readonly before: Promise<void> | undefined; end(): void } {
  const before = ends.get(rec);
  let end = (): void => {};
  const mine = new Promise<void>((resolve) => {
    end = () => {
      if (ends.get(rec) === mine) ends.delete(rec);
      resolve();
    };
  });
  ends.set(rec, mine);
  return { before, end };
}

/** True when the values are saved.  Refusals are told to the person here; nobody above needs to. */
export async function save(rec: Rec, values: Values): Promise<boolean> {
  const before: Values = {};
  for (const key of Object.keys(values)) before[key] = rec.values[key] ?? null;
  Object.assign(rec.values, values);
  const free = hold(rec);
  const arrive = setOut(rec, values);
  const turn = takeTurn(rec);
  try {
    if (turn.before) await turn.before;
    // What still waits to be sent goes first, together with this.
    const aside = unsentOf(rec.entity, rec.id);
    if ((aside && !aside.trouble?.refused) || isGoing(rec.entity, rec.id)) {
      putAside({ entity: rec.entity, id: rec.id, version: aside?.version ?? rec.version, values, before, label: rec.label });
      void flush();
      return true;
    }
    const view = await changeRecord(rec.entity, rec.id, rec.version, values);
    arrive();
    supersede(rec.entity, rec.id, values);
    settle(view);
    return true;
  } catch (refusal) {
    if (refusal instanceof ApiProblem && refusal.undecided) {
      putAside({ entity: rec.entity, id: rec.id, version: rec.version, values, before, label: rec.label });
      toast(t(refusal.code === "no_answer" ? "live.kept_unanswered" : refusal.offline ? "live.kept" : "live.kept_failed"));
      return true;
    }
    arrive();
    turn.end();
    // What has been changed again since is not put back.
    for (const key of Object.keys(values)) if (sameCell(rec.values[key], values[key])) rec.values[key] = before[key] ?? null;
    return await overcome(rec, values, refusal);
  } finally {
    arrive();
    turn.end();
    free();
  }
}

/** The connection is back: as if it were saved now, over the version that was seen then. */
async function resend(unsent: Unsent): Promise<Sent> {
  const { entity, id, version } = unsent;
  const values = { ...unsent.values };
  try {
    const view = await changeRecord(entity, id, version, values);
    settle(view);
    return { end: "sent", version: view.version };
  } catch (refusal) {
    if (!(refusal instanceof ApiProblem)) return { end: "failed", text: sayRefusal(refusal) };
    if (refusal.offline || refusal.status === 401) return { end: "later" };
    if (refusal.undecided) return { end: "failed", text: sayRefusal(refusal) };
    decided();
    return await settleRefused(entity, id, values, refusal);
  }
}

/** A clash and missing values are asked about; any other refusal stays, with what was typed, until the person decides. */
async function settleRefused(entity: string, id: number, values: Values, refusal: ApiProblem): Promise<Sent> {
  const rec = peek(entity, id) ?? (await loadRecord(entity, id).catch(() => null));
  const question = rec && questionOf(rec, values, refusal);
  if (!question) {
    tell(refusal);
    return { end: "refused", text: sayRefusal(refusal) };
  }
  await question();
  void loadRecord(entity, id).catch(() => {});
  return { end: "sent", version: null };
}

// What another tab has put aside stands on the screen of this one too; what it has sent or given up is read again.
startOutbox(resend, (entity, id, values) => {
  const rec = peek(entity, id);
  if (rec && values) Object.assign(rec.values, values);
  else if (rec) void loadRecord(entity, id).catch(() => {});
});

function settle(view: RecordView): void {
  settling = true;
  putView(view);
  settling = false;
  noteWrite(view.entity);
}

async function overcome(rec: Rec, values: Values, refusal: unknown): Promise<boolean> {
  const question = refusal instanceof ApiProblem ? questionOf(rec, values, refusal) : null;
  if (question) return question();
  tell(refusal);
  return false;
}

/** How the person may still have it saved; null: there is nothing to ask. */
function questionOf(rec: Rec, values: Values, refusal: ApiProblem): (() => Promise<boolean>) | null {
  if (refusal.status === 409 && refusal.code === "record_changed_meanwhile") return () => reconcile(rec, values);
  if (refusal.status !== 422) return null;
  const missing = missingFields(rec, values, refusal);
  if (!missing.length) return null;
  return async () => {
    const answer = await askDemand({ rec, title: demandTitle(rec, values), fields: missing, problems: {} });
    return answer ? save(rec, { ...values, ...answer }) : false;
  };
}

/** Read what the others wrote and ask, field by field; fields that do not clash are saved as asked. */
async function reconcile(rec: Rec, values: Values): Promise<boolean> {
  const entity = findEntity(rec.entity);
  const theirs = await readRecord(rec.entity, rec.id);
  const clashes: Clash[] = [];
  for (const [key, mine] of Object.entries(values)) {
    const field = entity && findField(entity, key);
    if (field && !alike(field, mine, theirs.values[key])) clashes.push({ field, mine, theirs: theirs.values[key] ?? null });
  }
  putView(theirs);
  if (!clashes.length) return true;
  const mine = await askConflict(rec, clashes);
  return mine && Object.keys(mine).length ? save(rec, mine) : false;
}

// A change whose answer was lost has been made all the same: «800» that became «800.00» is no clash with oneself.
const alike = (field: Field, mine: Cell, theirs: Cell | undefined): boolean =>
  sameCell(mine, theirs) || (fieldType(field).entry?.input === "decimal" && sameCell(plainNumber(mine), plainNumber(theirs)));
const plainNumber = (cell: Cell | undefined): Cell =>
  Array.isArray(cell) ? cell.map(plainNumber) as Cell : typeof cell === "string" && /^-?\d+\.\d+$/.test(cell) ? cell.replace(/\.?0+$/, "") : (cell ?? null);

/** Fields the server asks for: named by the refusal, or by the stage that is entered, and empty in the record. */
function missingFields(rec: Rec, values: Values, refusal: ApiProblem): readonly Field[] {
  const entity = findEntity(rec.entity);
  if (!entity) return [];
  const stage = stageField(entity);
  const entered = stage && stage.key in values ? findStage(entity, values[stage.key]) : null;
  const keys = new Set(entered?.requires ?? []);
  for (const problem of [...refusal.problems, { place: "", facts: refusal.facts }]) {
    for (const named of [problem.place?.split(".").at(-1), ...listed(problem.facts?.["fields"]), ...listed(problem.facts?.["field"])]) {
      if (named !== undefined && findField(entity, named)) keys.add(named);
    }
  }
  return [...keys]
    .filter((key) => isEmptyCell(values[key] ?? rec.values[key]))
    .map((key) => findField(entity, key))
    .filter((field): field is Field => field !== null && field.right === "edit");
}

const listed = (fact: unknown): readonly string[] => (Array.isArray(fact) ? fact.map(String) : typeof fact === "string" ? [fact] : []);

function demandTitle(rec: Rec, values: Values): string {
  const entity = findEntity(rec.entity);
  const stage = entity && stageField(entity);
  const entered = entity && stage ? findStage(entity, values[stage.key]) : null;
  return entered ? t("demand.for_stage", { stage: entered.title }) : t("demand.title");
}

/** Names one thing to be made, so that a repeat after a lost answer makes it no second time. */
export const onceKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}.${Math.random()}`;

/** once: a key of this very form; repeated with it, the same record is answered. */
export async function create(entity: string, values: Values, once = ""): Promise<Rec> {
  const view = await createRecord(entity, values, once);
  settle(view);
  return putView(view);
}

/** To the trash, with the way back in the message. */
export async function remove(rec: Rec, gone: () => void, back: () => void): Promise<void> {
  try {
    const { batch } = await deleteRecord(rec.entity, rec.id);
    forget(rec.entity, rec.id);
    noteWrite(rec.entity);
    gone();
    offerUndo(t("record.deleted", { label: rec.label }), rec.entity, batch, back);
  } catch (refusal) {
    tell(refusal);
  }
}

/** A message with «Отменить» that takes a whole batch back. */
export function offerUndo(text: string, entity: string, batch: number | null, after: () => void = () => {}): void {
  if (batch === null) return toast(text);
  toast(text, {
    action: {
      title: t("do.undo"),
      run: () => void undoBatch(batch).then(() => {
        noteWrite(entity);
        after();
      }).catch(tell),
    },
  });
}

/** Words of a refusal for a person: the server's, or our own when it said nothing. */
export function sayRefusal(refusal: unknown): string {
  if (!(refusal instanceof ApiProblem)) return t("error.unknown");
  if (refusal.code === "no_answer") return t("error.no_answer");
  if (refusal.offline) return t("error.offline");
  const texts = refusal.problems.map((problem) => problem.text).filter(Boolean);
  return texts.length ? texts.slice(0, 3).join(" ") : refusal.text || t(refusal.undecided ? "error.server" : "error.unknown");
}

export const tell = (refusal: unknown): void => toast(sayRefusal(refusal), { tone: "danger" });
