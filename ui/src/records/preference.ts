/** Personal settings of a screen: read once, kept for the session, written a moment after the last change. */
import { readPreference, writePreference } from "../api/session";

const known = new Map<string, unknown>();
const reading = new Map<string, Promise<unknown>>();
const timers = new Map<string, number>();

export async function loadPreference<T>(key: string, fallback: T): Promise<T> {
  if (!known.has(key)) {
    const read = reading.get(key) ?? readPreference<T>(key).catch(() => null);
    reading.set(key, read);
    const kept = await read;
    // What was chosen meanwhile is newer than the answer.
    if (!known.has(key)) known.set(key, kept);
  }
  return (known.get(key) as T | null) ?? fallback;
}

export function keepPreference(key: string, value: unknown): void {
  known.set(key, value);
  clearTimeout(timers.get(key));
  timers.set(key, window.setTimeout(() => write(key), 600));
}

function write(key: string): void {
  clearTimeout(timers.get(key));
  timers.delete(key);
  // A setting that could not be kept is kept for this session at least.
  void writePreference(key, known.get(key)).catch(() => {});
}

// Whoever closes the page right after a change must find it the next time.
window.addEventListener("pagehide", () => [...timers.keys()].forEach(write));
