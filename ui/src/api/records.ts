/** Calls about records of any entity, one function a route. */
import { queryText, request } from "./http";
import type { Cell, CheckAnswer, FileCell, Group, HistoryEntry, LinkCell, Page, ProblemView, QueryBody, RecordView, TimelineAnswer, TrashRow } from "./types";

type Values = Readonly<Record<string, Cell>>;

const at = (entity: string, id?: number): string => (id === undefined ? `/api/records/${entity}` : `/api/records/${entity}/${id}`);

export const queryPage = (entity: string, body: QueryBody, signal?: AbortSignal): Promise<Page> =>
  request("POST", `${at(entity)}/query`, body, signal);

export const queryGroups = (entity: string, body: QueryBody, signal?: AbortSignal): Promise<{ groups: readonly Group[] }> =>
  request("POST", `${at(entity)}/query`, body, signal);

export const readRecord = (entity: string, id: number): Promise<RecordView> => request("GET", at(entity, id));

export const createRecord = (entity: string, values: Values, once = ""): Promise<RecordView> =>
  request("POST", at(entity), { values }, undefined, once ? { "Idempotency-Key": once } : {});

export const copyRecord = (entity: string, id: number, values: Values = {}): Promise<RecordView> => request("POST", `${at(entity, id)}/copy`, { values });

export const moveRecords = (entity: string, ids: readonly number[], pipeline: string, stages: Readonly<Record<string, string>>, values: Values = {}): Promise<BulkAnswer> =>
  request("POST", `${at(entity)}/move`, { ids, pipeline, stages, values });

export const changeRecord = (entity: string, id: number, version: number, values: Values): Promise<RecordView> =>
  request("PATCH", at(entity, id), { version, values });

/** What a button of the card writes into its record; `batch` takes it back. */
export const pressButton = (entity: string, id: number, version: number, button: string): Promise<{ record: RecordView; batch: number }> =>
  request("POST", `${at(entity, id)}/press`, { button, version });

export const deleteRecord = (entity: string, id: number): Promise<{ batch: number | null }> => request("DELETE", at(entity, id));

export const checkRecord = (entity: string, values: Values, id?: number): Promise<CheckAnswer> =>
  request("POST", `${at(entity)}/check`, id === undefined ? { values } : { values, id });

export const suggest = (entity: string, text: string, limit = 20, signal?: AbortSignal): Promise<{ items: readonly LinkCell[] }> =>
  request("GET", `${at(entity)}/suggest${queryText({ q: text, limit })}`, undefined, signal);

export type BulkOperation =
  | { readonly do: "create"; readonly values: Values }
  | { readonly do: "change"; readonly id: number; readonly version?: number; readonly values: Values }
  | { readonly do: "delete"; readonly id: number };

export interface BulkAnswer {
  readonly batch: number | null;
  readonly results: readonly { readonly id: number | null; readonly problems: readonly ProblemView[] }[];
}

export const bulk = (entity: string, operations: readonly BulkOperation[]): Promise<BulkAnswer> =>
  request("POST", `${at(entity)}/bulk`, { operations, atomic: false });

/** Values of a dictionary become one of them; who pointed at them points at it. */
export const mergeValues = (dictionary: string, into: number, from: readonly number[]): Promise<{ batch: number; moved: number }> =>
  request("POST", `${at(dictionary)}/merge`, { into, from });

export const undoBatch = (batch: number): Promise<UndoAnswer> => request("POST", `/api/changes/${batch}/undo`, {});

export function exportAddress(entity: string, format: "xlsx" | "csv", body: QueryBody): string {
  return `${at(entity)}${queryText({ format, filter: body.filter, sort: body.sort, fields: body.fields?.join(",") })}`;
}

export const readHistory = (entity: string, id: number, field?: string, after?: string): Promise<{ items: readonly HistoryEntry[]; next: string | null }> =>
  request("GET", `${at(entity, id)}/history${queryText({ field, after })}`);

/** What came back, and what did not because others have changed it since. */
export interface UndoAnswer {
  readonly batch: number | null;
  readonly back: number;
  readonly kept: readonly { readonly label?: string; readonly text?: string }[];
}

export const undoChange = (entity: string, id: number, seq: number): Promise<UndoAnswer> => request("POST", `${at(entity, id)}/undo`, { seq });

export interface NewEntry {
  readonly kind: string;
  readonly text: string;
  readonly title?: string;
  readonly due_at?: string;
  readonly files?: readonly number[];
  readonly responsible?: number;
}

export const readTimeline = (entity: string, id: number, kind?: string, after?: string): Promise<TimelineAnswer> =>
  request("GET", `${at(entity, id)}/timeline${queryText({ kind, after })}`);

/** once: a key of this very entry, so that a repeat of it adds nothing twice. */
export const addToTimeline = (entity: string, id: number, entry: NewEntry, once: string): Promise<{ id: number }> =>
  request("POST", `${at(entity, id)}/timeline`, entry, undefined, { "Idempotency-Key": once });

/** Uploaded one by one; a file is nobody's until a record names it in a field. */
export async function uploadFiles(files: Iterable<File>): Promise<readonly FileCell[]> {
  const kept: FileCell[] = [];
  for (const file of files) {
    const form = new FormData();
    form.append("file", file, file.name);
    const { id, name, size } = await request<{ id: number; name: string; size: number }>("POST", "/api/files", form);
    kept.push([id, name, size]);
  }
  return kept;
}

export const fileAddress = (id: number): string => `/api/files/${id}`;

export const readTrash = (entity: string, after?: string): Promise<{ items: readonly TrashRow[]; next: string | null }> =>
  request("GET", `/api/trash${queryText({ entity, after })}`);

export const restore = (entity: string, ids: readonly number[]): Promise<{ batch: number | null }> => request("POST", "/api/trash/restore", { entity, ids });

export const bulkMatching = (entity: string, body: { filter: string; change?: Values; delete?: boolean }): Promise<{ job: number }> =>
  request("POST", `${at(entity)}/bulk`, body);

export interface JobView {
  readonly state: string;
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly error: string | null;
  readonly answer: { readonly done?: number; readonly left?: number; readonly batch?: number } | null;
}

export const readJob = (id: number): Promise<JobView> => request("GET", `/api/jobs/${id}`);

export const cancelJob = (id: number): Promise<void> => request("DELETE", `/api/jobs/${id}`);
