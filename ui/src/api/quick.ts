/** What a typed line would add (POST /api/quick-add/read). */
import { request } from "./http";
import type { Cell } from "./types";

export interface SaidLine {
  readonly entity: string;
  readonly values: Readonly<Record<string, Cell>>;
  readonly parts: readonly (readonly [field: string, start: number, end: number])[];
  /** For a link: what else it may have meant. */
  readonly choices: Readonly<Record<string, readonly (readonly [entity: string, id: number, label: string | null])[]>>;
}

export const readSaid = (text: string, entity: string, signal?: AbortSignal): Promise<SaidLine> => request("POST", "/api/quick-add/read", { text, entity }, signal);
