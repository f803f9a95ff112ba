/** Views that people keep, and what a list asks beside its rows. */
import { request } from "./http";
import type { Cell, KeptViews, ProblemView, SavedView, ViewBody } from "./types";

const at = (entity: string, id?: number): string => (id === undefined ? `/api/views/${entity}` : `/api/views/${entity}/${id}`);

export const readViews = (entity: string): Promise<KeptViews> => request("GET", at(entity));

export const addView = (entity: string, body: { title: string; view: ViewBody; shared: boolean; roles?: readonly string[] }): Promise<SavedView> =>
  request("POST", at(entity), body);

export type ViewChange = Partial<{ version: number; title: string; view: ViewBody; shared: boolean; roles: readonly string[]; deleted: boolean }>;

export const changeView = (entity: string, id: number, change: ViewChange): Promise<SavedView> => request("PATCH", at(entity, id), change);

export const deleteView = (entity: string, id: number): Promise<void> => request("DELETE", at(entity, id));

export const chooseDefault = (entity: string, view: string, role = ""): Promise<void> => request("PUT", `${at(entity)}/default`, { view, role });

export interface FormulaRead {
  readonly formula: string;
  readonly titles: string;
  readonly problems: readonly ProblemView[];
}

export const readFormula = (entity: string, text: string, signal?: AbortSignal): Promise<FormulaRead> =>
  request("POST", `/api/records/${entity}/formula`, { text }, signal);

export interface LanguageFunction {
  readonly name: string;
  readonly key: string;
  readonly about: string;
  readonly example: string;
}

export const readFunctions = async (): Promise<readonly LanguageFunction[]> =>
  (await request<{ functions: readonly LanguageFunction[] }>("GET", "/api/formula-functions")).functions;

export const readMarks = async (entity: string, ids: readonly number[], rules: readonly string[]): Promise<readonly (readonly number[])[]> =>
  (await request<{ marks: readonly (readonly number[])[] }>("POST", `/api/records/${entity}/marks`, { ids, rules })).marks;

export type Step = readonly [record: number, activity: number, kind: string, title: string, due_at: string | null];

export const readSteps = async (entity: string, ids: readonly number[]): Promise<readonly Step[]> =>
  (await request<{ steps: readonly Step[] }>("POST", `/api/records/${entity}/next-steps`, { ids })).steps;

export interface PastedLine {
  readonly id?: number;
  readonly version?: number;
  readonly texts: readonly string[];
}

export interface ReadLine {
  readonly values: Readonly<Record<string, Cell>>;
  readonly problems: readonly ProblemView[];
}

export const readCells = async (entity: string, columns: readonly string[], rows: readonly PastedLine[]): Promise<readonly ReadLine[]> =>
  (await request<{ rows: readonly ReadLine[] }>("POST", `/api/records/${entity}/cells`, { columns, rows })).rows;
