/** Calls of imports: a file becomes records by a plan, is checked whole, runs as a job and may be taken back. */
import { queryText, request } from "./http";
import type { Cell, Json, LinkCell, ProblemView } from "./types";

export type Missing = "error" | "empty" | "create";
export type Existing = "skip" | "fill" | "overwrite";
export type Absent = "create" | "skip";
export type DateOrder = "dmy" | "mdy" | "ymd";

/** One column into one field; the same column may stand twice.  The server's words: exchange/column_map.py. */
export interface ColumnPlan {
  readonly column: number;
  readonly field: string;
  readonly match?: string;
  readonly missing?: Missing;
  readonly values?: Readonly<Record<string, Json>>;
  readonly create?: readonly string[];
}

export interface Plan {
  readonly entity: string;
  readonly columns: readonly ColumnPlan[];
  readonly sheet: number;
  readonly header_row: number;
  readonly keys: readonly string[];
  readonly existing: Existing;
  readonly absent: Absent;
  readonly history: boolean;
  readonly dates: DateOrder | null;
  readonly decimal: "." | "," | null;
  readonly constants: Readonly<Record<string, Cell>>;
}

export interface FileColumn {
  readonly column: number;
  readonly title: string;
  readonly samples: readonly string[];
  readonly guess: string | null;
}

export type Fate = "created" | "updated" | "same" | "skipped" | "error" | "partial";
export type Counts = Readonly<Partial<Record<Fate, number>>>;

export interface UnmatchedValue {
  readonly value: string;
  readonly rows: number;
  /** [id, label] of a record, or the key of an option. */
  readonly nearest: LinkCell | string | null;
  /** Understood as `nearest`, though it could mean another option as well. */
  readonly ambiguous: boolean;
}

export interface Unmatched {
  readonly field: string;
  readonly column: number;
  readonly count: number;
  readonly values: readonly UnmatchedValue[];
}

export interface JobProgress {
  readonly done: number;
  readonly total: number | null;
}

export type JobState = "running" | "done" | "failed" | "cancelled";

export interface Check {
  readonly state: JobState;
  readonly total: number | null;
  readonly progress: JobProgress | null;
  readonly counts?: Counts;
  readonly unmatched?: readonly Unmatched[];
  /** Records that links would make: object -> how many. */
  readonly made?: Readonly<Record<string, number>>;
  readonly error: Json;
}

export type ImportState = "uploaded" | "ready" | "running" | "done" | "failed" | "cancelled" | "undone";

export interface ImportView {
  readonly id: number;
  readonly entity: string;
  readonly state: ImportState;
  readonly file: string;
  readonly size: number | null;
  readonly at: string;
  readonly kind: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly sheets: readonly string[];
  readonly grid: readonly (readonly string[])[];
  readonly columns: readonly FileColumn[];
  readonly plan: Partial<Plan> & { readonly columns: readonly ColumnPlan[] };
  readonly batch: number | null;
  readonly counts: Counts;
  /** First and last id of what was created. */
  readonly created?: readonly [number, number] | null;
  readonly check?: Check;
  readonly progress: JobProgress | null;
  readonly error: Json;
  readonly undo: { readonly state: JobState; readonly progress: JobProgress | null } | null;
}

export interface ImportRow {
  readonly id: number;
  readonly entity: string;
  readonly state: ImportState;
  readonly file: string;
  readonly size: number | null;
  readonly counts: Counts;
  readonly at: string;
}

export interface RowFate {
  readonly row: number;
  readonly fate: Fate;
  readonly label: string;
  readonly record: LinkCell | null;
  readonly problems: readonly (ProblemView & { readonly value: string })[];
}

export interface ReadSample {
  readonly value: Json;
  readonly cell: Cell;
  readonly problem: string | null;
}

export interface Readings {
  readonly columns: readonly { readonly column: number; readonly field: string; readonly read: readonly ReadSample[] }[];
  readonly problems: readonly ProblemView[];
}

export interface SavedPlan {
  readonly title: string;
  readonly plan: Plan;
  readonly heads?: Readonly<Record<string, string>>;
}

export interface UndoPlan {
  readonly batch: number;
  readonly back: number;
  readonly kept: readonly { readonly entity: string; readonly id: number; readonly label: string | null; readonly reason: string; readonly problem: { readonly text: string } | null }[];
}

const at = (id: number, what = ""): string => `/api/imports/${id}${what}`;

export function uploadImport(file: File, entity: string): Promise<ImportView> {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("entity", entity);
  return request("POST", "/api/imports", form);
}

export const listImports = async (): Promise<readonly ImportRow[]> => (await request<{ imports: readonly ImportRow[] }>("GET", "/api/imports")).imports;

export const readImport = (id: number): Promise<ImportView> => request("GET", at(id));

export const lookAt = (id: number, entity: string, sheet: number, header_row: number | null): Promise<ImportView> =>
  request("POST", at(id, "/look"), { entity, sheet, header_row });

export const readPlan = (id: number, plan: Plan, signal?: AbortSignal): Promise<Readings> => request("POST", at(id, "/read"), plan, signal);

export const keepPlan = (id: number, plan: Plan): Promise<ImportView> => request("PUT", at(id), plan);

export const startCheck = (id: number): Promise<ImportView> => request("POST", at(id, "/check"), {});

export const startImport = (id: number): Promise<void> => request("POST", at(id, "/run"), {});

export const cancelImport = (id: number): Promise<void> => request("POST", at(id, "/cancel"), {});

export const undoImport = (id: number): Promise<void> => request("POST", at(id, "/undo"), {});

export const readFates = (id: number, of: "check" | "run", fates: readonly Fate[], after?: number): Promise<{ rows: readonly RowFate[]; next: number | null }> =>
  request("GET", at(id, `/rows${queryText({ of, fate: fates.join(","), after, limit: 50 })}`));

export const errorsAddress = (id: number): string => at(id, "/errors.csv");

export const planUndo = (batch: number): Promise<UndoPlan> => request("GET", `/api/changes/${batch}/undo`);

export const listPlans = async (): Promise<readonly SavedPlan[]> => (await request<{ maps: readonly SavedPlan[] }>("GET", "/api/import-maps")).maps;

export const savePlan = (saved: SavedPlan): Promise<void> => request("POST", "/api/import-maps", saved);

export const deletePlan = (title: string): Promise<void> => request("DELETE", `/api/import-maps${queryText({ title })}`);
