/** Ways in beyond a password, and what a person sets up about his own. */
import { queryText, request, setCsrf } from "./http";
import type { Session } from "./types";

export type Json = Readonly<Record<string, unknown>>;

export interface Passkey {
  readonly id: number;
  readonly title: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

export interface Security {
  readonly second: { readonly on: boolean; readonly since: string | null; readonly codes_left: number; readonly required: boolean };
  readonly passkeys: readonly Passkey[];
  readonly passkeys_offered: boolean;
  readonly providers: readonly string[];
  readonly has_password: boolean;
}

export interface Entry {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly address: string;
  readonly browser: string;
  readonly by: readonly string[];
}

export interface Token {
  readonly id: number;
  readonly title: string;
  readonly scope: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly used_at: string | null;
}

export interface SignInRules {
  readonly address: string;
  readonly second: string;
  readonly second_roles: readonly string[];
  readonly with_second: number;
  readonly people: number;
  readonly journal_months: number;
  readonly openid: { readonly issuer: string; readonly client_id: string; readonly has_secret: boolean; readonly title: string; readonly private: boolean; readonly create: boolean; readonly roles: readonly string[]; readonly back: string };
}

async function entered(answer: Promise<Session>): Promise<Session> {
  const session = await answer;
  setCsrf(session.csrf);
  return session;
}

export const takeSecondStep = (code: string): Promise<Session> => entered(request("POST", "/api/session/second", { code }));
export const beginPasskeyEntry = (): Promise<{ options: Json }> => request("POST", "/api/session/passkey/begin", {});
export const enterByPasskey = (credential: Json): Promise<Session> => entered(request("POST", "/api/session/passkey", { credential }));
export const beginOpenid = (): Promise<{ address: string }> => request("POST", "/api/session/openid/begin", {});
export const enterByOpenid = (back: Readonly<Record<string, string>>): Promise<Session> => entered(request("POST", "/api/session/openid", back));

export const readSecurity = (): Promise<Security> => request("GET", "/api/me/security");
export const confirmMyself = (password: string): Promise<void> => request("POST", "/api/me/confirm", { password });
export const beginSecond = (): Promise<{ secret: string; address: string }> => request("POST", "/api/me/second", {});
export const turnSecondOn = (code: string): Promise<{ codes: readonly string[] }> => request("PUT", "/api/me/second", { code });
export const turnSecondOff = (): Promise<void> => request("DELETE", "/api/me/second");
export const renewCodes = (): Promise<{ codes: readonly string[] }> => request("POST", "/api/me/second/codes", {});
export const beginPasskey = (): Promise<{ options: Json }> => request("POST", "/api/me/passkeys/begin", {});
export const addPasskey = (title: string, credential: Json): Promise<Passkey> => request("POST", "/api/me/passkeys", { title, credential });
export const renamePasskey = (id: number, title: string): Promise<void> => request("PUT", `/api/me/passkeys/${id}`, { title });
export const removePasskey = (id: number): Promise<void> => request("DELETE", `/api/me/passkeys/${id}`);
export const readEntries = (before?: number): Promise<{ entries: readonly Entry[]; next: number | null }> => request("GET", `/api/me/entries${queryText({ before, limit: 20 })}`);

export const readTokens = (): Promise<{ tokens: readonly Token[] }> => request("GET", "/api/tokens");
export const makeToken = (title: string, scope: string, days: number): Promise<{ id: number; token: string }> => request("POST", "/api/tokens", { title, scope, days });
export const dropToken = (id: number): Promise<void> => request("DELETE", `/api/tokens/${id}`);

export const readSignInRules = (): Promise<SignInRules> => request("GET", "/api/company/sign-in");
export const putSignInRules = (rules: Json): Promise<void> => request("PUT", "/api/company/sign-in", rules);
export const resetSecond = (person: number): Promise<void> => request("DELETE", `/api/people/${person}/second`);
