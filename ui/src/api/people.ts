/** People and their ways in; the journal. */
import { queryText, request } from "./http";
import type { Invitation, Way } from "./invitations";
import type { OpenSession } from "./session";
import type { Cell } from "./types";

export const STATES = ["open", "waiting", "blocked", "none", "dismissed"] as const;
export type State = (typeof STATES)[number];

export interface PersonRow {
  readonly id: number;
  readonly label: string;
  readonly position: string;
  readonly department: readonly [id: number, label: string | null] | null;
  readonly state: State;
  readonly login: string;
  readonly roles: readonly string[];
  readonly seen_at: string | null;
  /** How the last invitation stands; "" when there was none. */
  readonly invitation: Invitation["state"] | "";
}

export interface RoleName {
  readonly key: string;
  readonly title: string;
  readonly may_give: boolean;
}

export interface People {
  readonly people: readonly PersonRow[];
  readonly count: number;
  readonly roles: readonly RoleName[];
  /** Whether letters can go: there is a mail server, and links know where they lead. */
  readonly may_write: boolean;
}

export interface PersonAccess {
  readonly id: number;
  readonly label: string;
  readonly state: State;
  readonly login: string;
  readonly roles: readonly string[];
  readonly me: boolean;
  /** Titles of the roles that give more than the asker has: then nothing here is his to change. */
  readonly beyond: readonly string[];
  readonly sessions: readonly OpenSession[];
  readonly tokens: number;
  readonly invitation: Invitation | null;
  readonly mailbox: string;
  readonly may_write: boolean;
}

/** One of them, shown only now; neither when a letter goes. */
export interface Given {
  readonly password: string | null;
  readonly link: string | null;
}

export interface JournalEntry {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly actor: readonly [id: number, label: string | null] | null;
  readonly employee: readonly [id: number, label: string | null] | null;
  readonly address: string;
  readonly browser: string;
  readonly facts: Readonly<Record<string, string | number | readonly string[]>>;
}

export const readPeople = (asked: { q?: string; state?: string; role?: string; offset?: number; limit?: number }): Promise<People> =>
  request("GET", `/api/people${queryText({ ...asked, q: asked.q || undefined, state: asked.state || undefined, role: asked.role || undefined })}`);

export const addPerson = (values: Readonly<Record<string, Cell>>, login: string, roles: readonly string[], by: Way = "password"): Promise<Given & { id: number; label: string }> =>
  request("POST", "/api/people", { values, login, roles, by });

export const readAccess = (id: number): Promise<PersonAccess> => request("GET", `/api/people/${id}`);
export const giveAccess = (id: number, login: string, roles: readonly string[], by: Way = "password"): Promise<Given> => request("PUT", `/api/people/${id}/access`, { login, roles, by });
export const changeRoles = (id: number, roles: readonly string[]): Promise<void> => request("PUT", `/api/people/${id}/roles`, { roles });
export const blockPerson = (id: number): Promise<void> => request("POST", `/api/people/${id}/block`, {});
export const letIn = (id: number): Promise<void> => request("POST", `/api/people/${id}/let-in`, {});
export const resetPassword = (id: number): Promise<{ password: string }> => request("POST", `/api/people/${id}/password`, {});
export const endSessions = (id: number): Promise<{ ended: number }> => request("DELETE", `/api/people/${id}/sessions`);
export const endSessionOf = (id: number, session: string): Promise<void> => request("DELETE", `/api/people/${id}/sessions/${encodeURIComponent(session)}`);

export interface JournalAsked {
  readonly of?: string;
  readonly employee?: number | undefined;
  readonly q?: string;
  readonly since?: string;
  readonly until?: string;
}
const journalQuery = (asked: JournalAsked & { before?: number | undefined; format?: string }): string =>
  queryText({ ...asked, of: asked.of || undefined, q: asked.q || undefined, since: asked.since || undefined, until: asked.until || undefined });
export const journalFile = (asked: JournalAsked, format: "xlsx" | "csv"): string => `/api/journal/export${journalQuery({ ...asked, format })}`;
export const readJournal = (asked: JournalAsked & { before?: number | undefined }): Promise<{ entries: readonly JournalEntry[]; next: number | null }> =>
  request("GET", `/api/journal${journalQuery(asked)}`);
