/** One tab of the browser at a time: by the browser's own locks, and where there are none (a page that came by plain
    http from another machine) by a lease in what the tabs share. */
import { isKept, readKept, writeKept } from "./storage";

interface Lease {
  readonly tab: string;
  readonly until: number;
}

// Timers of a tab that is not looked at may run once a minute.
const LEASE_MS = 90_000;
const RENEW_MS = 20_000;
const SETTLE_MS = 60;
const TAB = `${Date.now().toString(36)}.${Math.random().toString(36).slice(2)}`;

/** null: another tab is at it. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T | null> {
  const locks = "locks" in navigator ? (navigator.locks as LockManager | undefined) : undefined;
  if (locks) return await locks.request(name, { ifAvailable: true }, async (lock) => (lock ? await work() : null));
  return isKept() ? leased(name, work) : work();
}

async function leased<T>(name: string, work: () => Promise<T>): Promise<T | null> {
  const key = `svyaz.lease.${name}`;
  const other = readKept<Lease>(key);
  if (other && other.tab !== TAB && other.until > Date.now() && other.until < Date.now() + 2 * LEASE_MS) return null;
  const renew = (): void => writeKept(key, { tab: TAB, until: Date.now() + LEASE_MS } satisfies Lease);
  const release = (): void => {
    if (readKept<Lease>(key)?.tab === TAB) writeKept(key, null);
  };
  renew();
  // Of two that wrote in the same moment the one that is read now has it.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  if (readKept<Lease>(key)?.tab !== TAB) return null;
  const timer = setInterval(renew, RENEW_MS);
  addEventListener("pagehide", release);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    removeEventListener("pagehide", release);
    release();
  }
}
