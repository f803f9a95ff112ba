/** One change or deletion over many records: up to a thousand at once, more by a job on the server. */
import { bulk, bulkMatching, cancelJob, readJob, undoBatch } from "../../api/records";
import type { Cell } from "../../api/types";
import { toast } from "../../kit/toast";
import { offerUndo, tell } from "../../records/save";
import { noteWrite } from "../../records/writes";
import type { Entity } from "../../schema";
import { t } from "../../words";

/** Records by id, or all that match the filter when more are chosen than fit one request. */
export interface Chosen {
  readonly ids: readonly number[];
  readonly filter: string | null;
  readonly count: number;
}

/** A work under way: how far it is, and how to stop it. */
export interface Going {
  readonly done: number;
  readonly total: number | null;
  stop(): void;
}
type Told = (going: Going) => void;

type Values = Readonly<Record<string, Cell>>;
const MOST = 1000;
const JOB_POLL_MS = 700;

export const changeMany = (entity: Entity, chosen: Chosen, values: Values, told: Told = () => {}): Promise<boolean> =>
  chosen.filter !== null ? byFilter(entity, { filter: chosen.filter, change: values }, "bulk.changed", told) : byIds(entity, chosen.ids.map((id) => ({ do: "change", id, values })), "bulk.changed", told);

export const deleteMany = (entity: Entity, chosen: Chosen, told: Told = () => {}): Promise<boolean> =>
  chosen.filter !== null ? byFilter(entity, { filter: chosen.filter, delete: true }, "bulk.deleted", told) : byIds(entity, chosen.ids.map((id) => ({ do: "delete", id })), "bulk.deleted", told);

type Said = "bulk.changed" | "bulk.deleted";

async function byIds(entity: Entity, operations: readonly Parameters<typeof bulk>[1][number][], said: Said, told: Told): Promise<boolean> {
  const batches: number[] = [];
  let done = 0;
  let refused = "";
  let stopped = false;
  let asked = 0;
  const stop = (): void => void (stopped = true);
  try {
    for (let start = 0; start < operations.length && !stopped; start += MOST) {
      if (operations.length > MOST) told({ done: start, total: operations.length, stop });
      asked = Math.min(start + MOST, operations.length);
      const answer = await bulk(entity.key, operations.slice(start, start + MOST));
      if (answer.batch !== null) batches.push(answer.batch);
      const failures = answer.results.filter((result) => result.problems.length);
      done += answer.results.length - failures.length;
      refused ||= failures[0]?.problems[0]?.text ?? "";
    }
  } catch (refusal) {
    tell(refusal);
    return false;
  }
  noteWrite(entity.key);
  if (done < asked) toast(t("bulk.refused", { n: asked - done, why: refused }), { tone: "danger" });
  if (done) offerUndoAll(t(said, { n: done }), entity, batches);
  return done > 0;
}

function offerUndoAll(text: string, entity: Entity, batches: readonly number[]): void {
  const [only] = batches;
  if (batches.length <= 1) return offerUndo(text, entity.key, only ?? null);
  toast(text, { action: { title: t("do.undo"), run: () => void Promise.all(batches.map(undoBatch)).then(() => noteWrite(entity.key)).catch(tell) } });
}

async function byFilter(entity: Entity, body: { filter: string; change?: Values; delete?: boolean }, said: Said, told: Told): Promise<boolean> {
  try {
    const { job } = await bulkMatching(entity.key, body);
    const stop = (): void => void cancelJob(job).catch(tell);
    told({ done: 0, total: null, stop });
    for (;;) {
      await new Promise((resolve) => window.setTimeout(resolve, JOB_POLL_MS));
      const state = await readJob(job);
      told({ ...state.progress, stop });
      if (state.state === "done") {
        noteWrite(entity.key);
        offerUndo(t(said, { n: state.answer?.done ?? state.progress.done }), entity.key, state.answer?.batch ?? null);
        return true;
      }
      if (state.state === "cancelled") {
        // What was done before it was stopped can be taken back like all of it.
        noteWrite(entity.key);
        offerUndo(t("bulk.stopped", { n: state.answer?.done ?? state.progress.done }), entity.key, state.answer?.batch ?? null);
        return true;
      }
      if (state.state === "failed" || state.state === "dead") {
        toast(state.error || t("error.unknown"), { tone: "danger" });
        return false;
      }
    }
  } catch (refusal) {
    tell(refusal);
    return false;
  }
}
