/** «Почему?», «Кто это видит?», «Поделиться», «Посмотреть как сотрудник». */
import { queryText, request } from "./http";

export type Named = readonly [id: number, label: string | null];

export interface Verdict {
  readonly verb: string;
  readonly title: string;
  readonly may: boolean;
  readonly why: readonly string[];
  /** What would change a no. */
  readonly help: readonly string[];
}

export interface Why {
  readonly employee: Named;
  readonly roles: readonly string[];
  readonly comes_in: boolean;
  readonly department: string;
  readonly verdicts: readonly Verdict[];
  /** Titles of fields the person may not read, and of those he may only read. */
  readonly hidden: readonly string[];
  readonly locked: readonly string[];
  readonly helpers: readonly string[];
}

export interface Seer {
  readonly employee: Named;
  readonly verbs: readonly string[];
  readonly why: readonly string[];
}

export const WHOM = ["employee", "group", "department"] as const;
export type WhomKind = (typeof WHOM)[number];

export interface Share {
  readonly id: number;
  readonly whom: readonly [kind: WhomKind, id: number, label: string | null];
  readonly edit: boolean;
  /** The last day it holds. */
  readonly until: string | null;
  readonly created_by: Named | null;
}

export interface Shares {
  readonly may_share: boolean;
  readonly may_edit: boolean;
  readonly shares: readonly Share[];
}

export const readWhy = (entity: string, id: number, employee?: number): Promise<Why> => request("GET", `/api/access/why${queryText({ entity, id, employee })}`);
export const readWho = (entity: string, id: number): Promise<{ people: readonly Seer[]; of: number }> => request("GET", `/api/access/who${queryText({ entity, id })}`);
export const readShares = (entity: string, id: number): Promise<Shares> => request("GET", `/api/access/shares${queryText({ entity, id })}`);
export const addShare = (entity: string, id: number, kind: WhomKind, whom: number, edit: boolean, until: string | null): Promise<Share> =>
  request("POST", "/api/access/shares", { entity, id, kind, whom, edit, until });
export const dropShare = (id: number): Promise<void> => request("DELETE", `/api/access/shares/${id}`);

/** Everything on the page is somebody else's from now on, so it is opened anew. */
export async function beginView(employee: number): Promise<void> {
  await request("POST", "/api/access/view-as", { employee });
  location.assign("/");
}
export async function endView(): Promise<void> {
  await request("DELETE", "/api/access/view-as");
  location.reload();
}
