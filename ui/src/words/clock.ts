/** What time it is by the server: a computer whose clock is a day off must not call tomorrow's call late. */
const WORTH_MS = 60_000;
let skew = 0;

export const now = (): number => Date.now() + skew;

/** The same as the server writes it: «2027-01-31T09:00:00Z», whole seconds. */
export const instantNow = (): string => new Date(now()).toISOString().replace(/\.\d+Z$/, "Z");

/** The header `Date` of an answer; a minute of difference is the way of the answer, not of the clock. */
export function heardClock(date: string | null): void {
  const told = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  const found = told - Date.now();
  skew = Math.abs(found) < WORTH_MS ? 0 : found;
}
