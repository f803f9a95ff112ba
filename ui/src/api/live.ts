/** The stream of what happens to data: GET /api/live (server-sent events), and who else is on a card. */
import { request } from "./http";

export interface HelloEvent {
  readonly hello: { readonly position: number; readonly feed: string; readonly revision: number };
}

/** `versions` and `kinds` are parallel to `ids`; only what the reader sees. */
export interface ChangedEvent {
  readonly entity: string;
  readonly ids: readonly number[];
  readonly versions: readonly number[];
  readonly kinds: readonly string[];
  readonly deleted: readonly number[];
}

/** An object to be read again; "*": everything. */
export interface ReloadEvent {
  readonly reload: string;
}

export interface SchemaEvent {
  readonly schema: number;
}

export type Person = readonly [id: number, label: string | null];

export interface PresentEvent {
  readonly present: { readonly entity: string; readonly id: number; readonly people: readonly Person[] };
}

/** The bell has something new to show. */
export interface NoticesEvent {
  readonly notices: true;
}

export type LiveEvent = NoticesEvent | HelloEvent | ChangedEvent | ReloadEvent | SchemaEvent | PresentEvent;

export const LIVE_ADDRESS = "/api/live";

/** The others on the card. */
export const sayPresence = (entity: string, id: number, leave = false): Promise<{ people: readonly Person[] }> =>
  request("POST", "/api/live/presence", leave ? { entity, id, leave } : { entity, id });
