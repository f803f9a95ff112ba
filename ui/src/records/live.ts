/** What others do is seen at once: the one stream of this tab, and whom it tells.

    Views say which records they show; changed ones are read again in one request an object and merged into
    the cache, whatever the number of views.  Which rows there are, their order and totals are each view's own
    to refresh.  A record being edited or saved is left alone until that is over (hold in cache.ts). */
import { onActivated, onDeactivated, onScopeDispose, ref } from "vue";
import { LIVE_ADDRESS, type ChangedEvent, type LiveEvent, type PresentEvent } from "../api/live";
import { readSession } from "../api/session";
import { queryPage } from "../api/records";
import { loadSchema, schema } from "../schema";
import { signInAgain } from "../schema/session";
import { isHeld, onFreed, peek, putRows } from "./cache";

/** False while the server cannot be heard. */
export const connected = ref(true);

export interface Watching {
  /** The object whose records are shown; "" for nothing now. */
  entity(): string;
  /** Records in sight, and the fields of them that are shown. */
  ids(): Iterable<number>;
  fields(): readonly string[];
  /** When only some records matter: whether these do.  Otherwise any of the object's. */
  concerns?(ids: readonly number[]): boolean;
  /** Something else than the values in sight may be different: rows, order, counts, totals. */
  refresh(): void;
}

interface Seat {
  readonly of: Watching;
  active: boolean;
  missed: boolean;
  timer: number;
  last: number;
}

const GATHER_MS = 60;
const SETTLE_MS = 250;
// A list read again after every change of a busy company would be read all the time.
const LEAST_BETWEEN_MS = 1500;
// Pages that are told to read everything again must not all do it in the same instant.
const SCATTER_MS = 500;
const SAY_LOST_MS = 1500;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const MOST_IDS = 500;

const seats = new Set<Seat>();
const onBells = new Set<() => void>();

/** When there is news for the bell; returns how to stop listening. */
export function onBell(listener: () => void): () => void {
  onBells.add(listener);
  return () => void onBells.delete(listener);
}
const onPresent = new Set<(told: PresentEvent["present"]) => void>();

/** From the set-up of a component; a view that is kept alive but not shown refreshes when it is shown again. */
export function watchLive(of: Watching): void {
  const seat: Seat = { of, active: true, missed: false, timer: 0, last: 0 };
  seats.add(seat);
  onActivated(() => {
    seat.active = true;
    if (seat.missed) refresh(seat);
  });
  onDeactivated(() => (seat.active = false));
  onScopeDispose(() => {
    seats.delete(seat);
    clearTimeout(seat.timer);
  });
}

export function watchPresent(listener: (told: PresentEvent["present"]) => void): void {
  onPresent.add(listener);
  onScopeDispose(() => onPresent.delete(listener));
}

function refresh(seat: Seat, scatter = 0): void {
  seat.missed = !seat.active;
  if (!seat.active || seat.timer) return;
  const wait = Math.max(SETTLE_MS, seat.last + LEAST_BETWEEN_MS - Date.now()) + Math.random() * scatter;
  seat.timer = window.setTimeout(() => {
    Object.assign(seat, { timer: 0, last: Date.now() });
    seat.of.refresh();
  }, wait);
}

function refreshAll(entity: string, scatter = SCATTER_MS): void {
  for (const seat of seats) {
    if (entity !== "*" && seat.of.entity() !== entity) continue;
    for (const id of seat.of.ids()) again(seat.of.entity(), id, Infinity);
    refresh(seat, scatter);
  }
}

// entity -> id -> the version that is known to exist: gathered for a moment, then read together.
const wanted = new Map<string, Map<number, number>>();
let gathering = 0;

function again(entity: string, id: number, version: number): void {
  const ids = wanted.get(entity) ?? new Map<number, number>();
  wanted.set(entity, ids.set(id, Math.max(version, ids.get(id) ?? 0)));
  gathering ||= window.setTimeout(readAgain, GATHER_MS);
}

onFreed((rec) => again(rec.entity, rec.id, rec.version + 1));

function readAgain(): void {
  gathering = 0;
  const batch = new Map(wanted);
  wanted.clear();
  for (const [entity, ids] of batch) void readShown(entity, ids);
}

async function readShown(entity: string, ids: ReadonlyMap<number, number>): Promise<void> {
  const here = [...seats].filter((seat) => seat.active && seat.of.entity() === entity);
  const shown = new Set(here.flatMap((seat) => [...seat.of.ids()]));
  const fields = [...new Set(here.flatMap((seat) => [...seat.of.fields()]))];
  const stale = [...ids].filter(([id, version]) => shown.has(id) && (peek(entity, id)?.version ?? 0) < version).map(([id]) => id);
  if (!stale.length || !fields.length) return;
  for (let from = 0; from < stale.length; from += MOST_IDS) {
    const part = stale.slice(from, from + MOST_IDS);
    try {
      const page = await queryPage(entity, { filter: `id in (${part.join(", ")})`, fields, limit: part.length });
      putRows(entity, page.columns, page.rows);
    } catch {
      // Told again with the next change, or read again when the connection is back.
    }
  }
}

function takeChanged(event: ChangedEvent): void {
  // What this page has itself just saved comes back too.
  const news = event.ids.filter((id, index) => {
    const rec = peek(event.entity, id);
    return !rec || isHeld(rec) || rec.version < (event.versions[index] ?? 0);
  });
  if (!news.length && !event.deleted.length) return;
  event.ids.forEach((id, index) => again(event.entity, id, event.versions[index] ?? 0));
  const touched = [...news, ...event.deleted];
  for (const seat of seats) if (seat.of.entity() === event.entity && (seat.of.concerns?.(touched) ?? true)) refresh(seat);
}

function take(event: LiveEvent): void {
  if ("hello" in event) {
    if (event.hello.revision !== schema().revision) void readSchemaAgain();
  } else if ("entity" in event) takeChanged(event);
  else if ("reload" in event) refreshAll(event.reload);
  else if ("schema" in event) void readSchemaAgain();
  else if ("notices" in event) for (const listener of onBells) listener();
  else if ("present" in event) for (const listener of onPresent) listener(event.present);
}

// Pages keep their place: objects and fields are found by key, so what is being typed stays.
const readSchemaAgain = (): Promise<void> => loadSchema().catch(() => {});

let source: EventSource | null = null;
let retry = 0;
let failures = 0;
let saying = 0;
let running = false;

export function startLive(): void {
  if (running) return;
  running = true;
  addEventListener("offline", lose);
  addEventListener("online", openNow);
  open();
}

export function stopLive(): void {
  running = false;
  removeEventListener("offline", lose);
  removeEventListener("online", openNow);
  close();
  clearTimeout(saying);
  saying = 0;
  connected.value = true;
}

function open(): void {
  close();
  const mine = new EventSource(LIVE_ADDRESS);
  source = mine;
  mine.onmessage = (message: MessageEvent<string>) => {
    heard();
    take(JSON.parse(message.data) as LiveEvent);
  };
  mine.onerror = () => {
    quieten();
    // A break is mended by the browser itself, from where it was; a refusal is not.
    if (mine.readyState === EventSource.CLOSED) void later(mine);
  };
}

function close(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function heard(): void {
  const missed = failures > 0 || !connected.value;
  clearTimeout(saying);
  saying = 0;
  failures = 0;
  connected.value = true;
  if (missed) refreshAll("*");
  if (missed) for (const listener of onBells) listener();
}

function quieten(): void {
  saying ||= window.setTimeout(() => (connected.value = false), SAY_LOST_MS);
}

function lose(): void {
  connected.value = false;
  close();
}

function openNow(): void {
  failures = Math.max(1, failures);
  open();
}

async function later(failed: EventSource): Promise<void> {
  if (failed !== source) return;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2);
  failures++;
  // A session that has ended is told by any other answer too; this one asks to sign in again.
  const session = await readSession().catch(() => null);
  if (session && !session.signed_in) await signInAgain();
  if (running && failed === source) retry = window.setTimeout(open, wait);
}
