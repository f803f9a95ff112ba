/** Active Directory and other servers of LDAP: where it is, what it would change here, and doing so. */
import { queryText, request } from "./http";
import type { JobProgress } from "./imports";

export const KINDS = ["active_directory", "ldap"] as const;
export const SECURE = { ldaps: 636, starttls: 389 } as const;
export const SCHEDULES = ["off", "hourly", "daily"] as const;
/** What a directory fills, in the order of the form; `login` is of the way in. */
export const FILLED = ["surname", "first_name", "patronymic", "position_title", "department", "head", "email", "phones", "photo", "login"] as const;

export type Kind = (typeof KINDS)[number];
export type Secure = keyof typeof SECURE;
export type Filled = (typeof FILLED)[number];
export type FieldMap = Readonly<Partial<Record<Filled, readonly string[]>>>;

export interface DirectorySettings {
  readonly kind: Kind;
  readonly host: string;
  readonly port: number;
  readonly tls: Secure;
  readonly login: string;
  readonly base: string;
  readonly ca: string;
  readonly filter: string;
  readonly groups: readonly string[];
  readonly fields: FieldMap;
  readonly units: boolean;
  readonly sign_in: boolean;
  readonly roles: readonly string[];
  readonly schedule: (typeof SCHEDULES)[number];
  readonly hour: number;
}

/** password: left out, the kept one stays. */
export type DirectoryPut = DirectorySettings & { readonly password?: string };

export const FATES = ["made", "changed", "opened", "blocked", "trouble", "same", "left"] as const;
export type Fate = (typeof FATES)[number];
export type Asked = Fate | "troubled" | "";
export type Counts = Readonly<Partial<Record<Fate | "troubled", number>>>;
export type LookState = "reading" | "compared" | "applying" | "done" | "failed" | "cancelled" | "undone";

export interface Look {
  readonly id: number;
  readonly state: LookState;
  readonly at: string;
  readonly by: number | null;
  readonly scheduled: boolean;
  /** Stopped by itself: it would shut too many out. */
  readonly held: boolean;
  readonly many_blocked: boolean;
  readonly read: number;
  readonly counts: Counts;
  readonly problem: string;
  readonly progress: JobProgress;
  readonly undoing: boolean;
}

export interface LookRow {
  readonly row: number;
  readonly fate: Fate;
  readonly employee: number | null;
  readonly label: string;
  readonly login: string;
  readonly gone: boolean;
  readonly done: boolean;
  readonly changes: readonly { readonly key: string; readonly title: string; readonly before: string; readonly after: string }[];
  readonly problems: readonly { readonly code: string; readonly text: string }[];
}

export interface DirectoryView {
  readonly directory: DirectorySettings | null;
  readonly usual: Readonly<Record<Kind, { readonly filter: string; readonly fields: FieldMap }>>;
  readonly runs: readonly Look[];
  readonly roles: readonly { readonly key: string; readonly title: string }[];
}

const AT = "/api/directory";
export const readDirectory = (): Promise<DirectoryView> => request("GET", AT);
export const putDirectory = (told: DirectoryPut): Promise<void> => request("PUT", AT, told);
export const forgetDirectory = (): Promise<void> => request("DELETE", AT);
export const checkDirectory = (told: DirectoryPut): Promise<{ people: number; disabled: number; first: readonly string[]; trouble: string }> => request("POST", `${AT}/check`, told);
export const findGroups = (q: string): Promise<{ groups: readonly { dn: string; title: string }[]; trouble: string }> => request("GET", `${AT}/groups${queryText({ q })}`);
export const beginLook = (): Promise<Look> => request("POST", `${AT}/runs`, {});
export const readLook = (id: number): Promise<Look> => request("GET", `${AT}/runs/${id}`);
export const applyLook = (id: number): Promise<Look> => request("POST", `${AT}/runs/${id}/apply`, {});
export const cancelLook = (id: number): Promise<Look> => request("POST", `${AT}/runs/${id}/cancel`, {});
export const undoLook = (id: number): Promise<{ job: number }> => request("POST", `${AT}/runs/${id}/undo`, {});
export const readLookRows = (id: number, fate: Asked, after: number): Promise<{ rows: readonly LookRow[]; next: number | null }> =>
  request("GET", `${AT}/runs/${id}/rows${queryText({ fate: fate || undefined, after, limit: 100 })}`);
