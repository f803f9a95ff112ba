/** What has been typed and not sent yet: a note, a new record.  Found again after the page was closed or the power went. */
import { me } from "../schema/session";
import { readKept, writeKept } from "./storage";

// A forgotten draft of last year would only be in the way.
const LIVES_MS = 14 * 86_400_000;

interface Draft<T> {
  readonly at: number;
  readonly value: T;
}

const nameOf = (key: string): string => `svyaz.draft.${me.value?.id ?? 0}.${key}`;

export function readDraft<T>(key: string): T | null {
  const found = readKept<Draft<T>>(nameOf(key));
  return found && Math.abs(Date.now() - found.at) < LIVES_MS ? found.value : null;
}

export const keepDraft = (key: string, value: unknown): void => writeKept(nameOf(key), { at: Date.now(), value });

export const dropDraft = (key: string): void => writeKept(nameOf(key), null);
