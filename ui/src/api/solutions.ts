/** Solutions: what came along and is installed, what installing would do, doing it, handing one's own on. */
import type { Outcome, Plan } from "./configurator";
import { queryText, request } from "./http";

export interface SolutionView {
  readonly key: string;
  readonly title: string;
  /** What came with the program; null of one that came as a file. */
  readonly version: string | null;
  readonly installed: string | null;
  /** How many things of it the company has otherwise. */
  readonly changed: number;
  /** How many things came with the program since it was installed. */
  readonly news: number;
  readonly objects: readonly string[];
  readonly sample: "none" | "offered" | "loaded";
}

export interface SentSolution {
  readonly file: number;
  readonly key: string;
  readonly title: string;
  readonly version: string;
  readonly objects: readonly string[];
  readonly sample: boolean;
}

export interface Difference {
  readonly kind: "made" | "changed" | "lost";
  readonly thing: string;
  readonly text: string;
}

export type Side = "here" | "shipped";

export interface Conflict {
  readonly place: string;
  readonly text: string;
  readonly here: string;
  readonly shipped: string;
}

export interface SolutionPlan {
  readonly plan: Plan;
  readonly comes: readonly Difference[];
  readonly kept: readonly Difference[];
  readonly conflicts: readonly Conflict[];
  readonly sample: boolean;
}

/** By its key, or as an archive sent before; `remove` takes an installed one out. */
export interface WantedSolution {
  readonly solution?: string;
  readonly file?: number;
  readonly remove?: boolean;
  readonly takes?: Readonly<Record<string, Side>>;
}

export const listSolutions = async (): Promise<readonly SolutionView[]> =>
  (await request<{ solutions: readonly SolutionView[] }>("GET", "/api/solutions")).solutions;

export function sendSolution(file: File): Promise<SentSolution> {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("POST", "/api/solutions/file", form);
}

export const planSolution = (wanted: WantedSolution): Promise<SolutionPlan> => request("POST", "/api/solutions/plan", wanted);

/** sample: the job that loads its examples. */
export const applySolution = (wanted: WantedSolution, confirm: string, sample: boolean): Promise<Outcome & { readonly sample: number | null }> =>
  request("POST", "/api/solutions/apply", { ...wanted, confirm, sample });

export const compareSolution = (wanted: { readonly solution?: string; readonly file?: number }): Promise<{ readonly changes: readonly Difference[]; readonly lines: readonly string[] }> =>
  request("POST", "/api/solutions/compare", wanted);

export const loadSolutionSample = (solution: string): Promise<{ readonly job: number }> => request("POST", "/api/solutions/sample", { solution });

export const exportAddress = (of: { readonly key: string; readonly title: string; readonly version: string; readonly entities: readonly string[]; readonly sample: boolean }): string =>
  `/api/solutions/export${queryText({ ...of, entities: of.entities.join(","), sample: of.sample ? "yes" : "" })}`;
