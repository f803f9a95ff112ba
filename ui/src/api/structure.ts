/** The structure of the company; the dismissal of a person. */
import { queryText, request } from "./http";
import type { Cell } from "./types";

export type Row = Readonly<Record<string, Cell>> & { readonly id: number };

export interface Structure {
  readonly departments: readonly Row[];
  readonly people: readonly Row[];
  readonly vacancies: readonly Row[];
  readonly absences: readonly Row[];
}

export interface Left {
  readonly entity: string;
  readonly title: string;
  readonly count: number;
  /** Of them, those he answers for. */
  readonly own: number;
  readonly kinds: readonly { readonly title: string; readonly count: number }[];
}

export const readStructure = (asOf = ""): Promise<Structure> => request("GET", `/api/structure${queryText({ as_of: asOf || undefined })}`);
export const planDismissal = (id: number): Promise<{ id: number; label: string; parts: readonly Left[] }> => request("GET", `/api/people/${id}/dismissal`);
export const dismiss = (id: number, to: number | null, byEntity: Readonly<Record<string, number | null>>): Promise<{ job: number; batch: number }> =>
  request("POST", `/api/people/${id}/dismissal`, { to, by_entity: byEntity });
export const undoDismissal = (id: number, batch: number): Promise<{ job: number }> => request("POST", `/api/people/${id}/dismissal/undo`, { batch });
