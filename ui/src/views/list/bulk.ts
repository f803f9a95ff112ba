/** One change or deletion over many records: up to a thousand at once, more by a job on the server. */
import { bulk, bulkMatching, readJob, undoBatch } from "../../api/records";
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

type Values = Readonly<Record<string, Cell>>;
const MOST = 1000;
const JOB_POLL_MS = 700;

export const changeMany = (entity: Entity, chosen: Chosen, values: Values): Promise<boolean> =>
  chosen.filter !== null ? byFilter(entity, { filter: chosen.filter, change: values }, "bulk.changed") : byIds(entity, chosen.ids.map((id) => ({ do: "change", id, values })), "bulk.changed");

export const deleteMany = (entity: Entity, chosen: Chosen): Promise<boolean> =>
  chosen.filter !== null ? byFilter(entity, { filter: chosen.filter, delete: true }, "bulk.deleted") : byIds(entity, chosen.ids.map((id) => ({ do: "delete", id })), "bulk.deleted");

type Said = "bulk.changed" | "bulk.deleted";

async function byIds(entity: Entity, operations: readonly Parameters<typeof bulk>[1][number][], said: Said): Promise<boolean> {
  const batches: number[] = [];
  let done = 0;
  let refused = "";
  try {
    for (let start = 0; start < operations.length; start += MOST) {
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
  if (done < operations.length) toast(t("bulk.refused", { n: operations.length - done, why: refused }), { tone: "danger" });
  if (done) offerUndoAll(t(said, { n: done }), entity, batches);
  return done > 0;
}

function offerUndoAll(text: string, entity: Entity, batches: readonly number[]): void {
  const [only] = batches;
  if (batches.length <= 1) return offerUndo(text, entity.key, only ?? null);
  toast(text, { action: { title: t("do.undo"), run: () => void Promise.all(batches.map(undoBatch)).then(() => noteWrite(entity.key)).catch(tell) } });
}

async function byFilter(entity: Entity, body: { filter: string; change?: Values; delete?: boolean }, said: Said): Promise<boolean> {
  try {
    const { job } = await bulkMatching(entity.key, body);
    toast(t("bulk.started"));
    for (;;) {
      await new Promise((resolve) => window.setTimeout(resolve, JOB_POLL_MS));
      const state = await readJob(job);
      if (state.state === "done") {
        noteWrite(entity.key);
        offerUndo(t(said, { n: state.answer?.done ?? state.progress.done }), entity.key, state.answer?.batch ?? null);
        return true;
      }
      if (state.state === "failed" || state.state === "dead" || state.state === "cancelled") {
        toast(state.error || t("error.unknown"), { tone: "danger" });
        return false;
      }
    }
  } catch (refusal) {
    tell(refusal);
    return false;
  }
}
