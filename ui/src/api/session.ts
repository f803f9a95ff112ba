import { onStale, request, setCsrf } from "./http";
import type { Me, Schema, Session } from "./types";

export async function readSession(): Promise<Session> {
  return keep(await request<Session>("GET", "/api/session"));
}

export async function signIn(login: string, password: string): Promise<Session> {
  return keep(await request<Session>("POST", "/api/session", { login, password }));
}

export async function signOut(): Promise<void> {
  await request("DELETE", "/api/session");
}

export const readMe = (): Promise<Me> => request("GET", "/api/me");

export const setLanguage = (language: string): Promise<void> => request("PUT", "/api/me/language", { language });

export const changePassword = (before: string, after: string): Promise<void> => request("POST", "/api/me/password", { old: before, new: after });

export const readSchema = (): Promise<Schema> => request("GET", "/api/schema");

export async function readPreference<T>(key: string): Promise<T | null> {
  return (await request<{ value: T | null }>("GET", `/api/preferences/${key}`)).value;
}

export const writePreference = (key: string, value: unknown): Promise<void> => request("PUT", `/api/preferences/${key}`, { value });

onStale(readSession);

export interface OpenSession {
  readonly id: string;
  readonly created_at: string;
  readonly seen_at: string;
  readonly address: string;
  readonly browser: string;
  readonly current: boolean;
}

export const readSessions = (): Promise<{ sessions: readonly OpenSession[] }> => request("GET", "/api/sessions");
export const endSession = (id: string): Promise<void> => request("DELETE", `/api/sessions/${encodeURIComponent(id)}`);

function keep(session: Session): Session {
  setCsrf(session.csrf);
  return session;
}
