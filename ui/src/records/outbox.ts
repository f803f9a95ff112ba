/** Changes that could not be sent: they stand on the screen, are kept in the browser, and go when the server is heard again.

    All tabs share them.  Each change is an entry of its own under a name of its own, so that no tab writes over what
    another has put aside; changes of one record go together, from one tab at a time. */
import { computed, ref, shallowRef, watch } from "vue";
import type { Cell } from "../api/types";
import { me } from "../schema/session";
import { alone } from "./alone";
import { connected } from "./live";
import { keptKeys, onKeptElsewhere, outlives, readKept, writeKept } from "./storage";

type Cells = Readonly<Record<string, Cell>>;

export interface Unsent {
  readonly entity: string;
  readonly id: number;
  readonly version: number;
  readonly values: Cells;
  /** What the values were, and the name of the record: told when the change is not wanted any more. */
  readonly before: Cells;
  readonly label: string;
}

interface Edit extends Unsent {
  readonly key: string;
  readonly at: number;
}

/** Why it is not on the server.  refused: the server has decided, and is not asked again by itself. */
export interface Trouble {
  readonly text: string;
  readonly times: number;
  readonly refused: boolean;
}

export interface Waiting extends Unsent {
  readonly at: number;
  readonly trouble: Trouble | null;
}

/** "sent" is also said of what the person has decided about; "later": the server was not reached; "failed": it broke down. */
export type Sent =
  | { readonly end: "sent"; readonly version: number | null }
  | { readonly end: "later" }
  | { readonly end: "failed" | "refused"; readonly text: string };
type Send = (unsent: Unsent) => Promise<Sent>;

const AGAIN_MS = 5000;
const LONGEST_MS = 60_000;
const edits = shallowRef<readonly Edit[]>([]);
const troubles = shallowRef<Readonly<Record<string, Trouble>>>({});
let send: Send = () => Promise.resolve({ end: "later" });
let whenChanged: (entity: string, id: number, values: Cells | null) => void = () => {};
let timer = 0;
let busy = false;
let inVain = 0;
let count = 0;
/** Something was put aside, or asked for, since the last round began; and which one is asked for though it was refused. */
let more = false;
let asked = "";
let going: { readonly unsent: Unsent; readonly keys: ReadonlySet<string>; decided: boolean } | null = null;

const nameOf = ({ entity, id }: { readonly entity: string; readonly id: number }): string => `${entity}.${id}`;
const place = (): string => `svyaz.outbox.${me.value?.id ?? 0}.`;
const troublePlace = (): string => `svyaz.unsent.${me.value?.id ?? 0}.`;

const byName = computed(() => {
  const found = new Map<string, Edit[]>();
  for (const edit of edits.value) found.set(nameOf(edit), [...(found.get(nameOf(edit)) ?? []), edit]);
  return found;
});

/** Records with changes that are not on the server yet, in the order they were changed. */
export const unsent = computed<readonly Waiting[]>(() => [...byName.value].map(([name, list]) => ({ ...joined(list), at: list[0]?.at ?? 0, trouble: troubles.value[name] ?? null })));
export const waiting = computed(() => byName.value.size);
/** Some of them will not go without the person. */
export const stuck = computed(() => unsent.value.some((one) => one.trouble && (one.trouble.refused || one.trouble.times > 1)));
/** Whether the person looks at what has not been sent. */
export const shown = ref(false);

/** Later changes of a record join the earlier ones: they go as one, over the version that was seen first. */
function joined(list: readonly Edit[]): Unsent {
  const [first, ...rest] = list as readonly [Edit, ...Edit[]];
  return rest.reduce<Unsent>((all, one) => ({
    ...all, values: { ...all.values, ...one.values }, before: { ...one.before, ...all.before }, label: one.label || all.label,
  }), { entity: first.entity, id: first.id, version: first.version, values: first.values, before: first.before, label: first.label });
}

/** What all tabs have put aside, as it is kept now. */
function look(): void {
  const found = keptKeys(place()).flatMap((key) => readKept<Edit>(key) ?? []);
  edits.value = found.sort((one, other) => one.at - other.at || (one.key < other.key ? -1 : 1));
  const start = troublePlace();
  troubles.value = Object.fromEntries(keptKeys(start).flatMap((key) => {
    const trouble = readKept<Trouble>(key);
    return trouble ? [[key.slice(start.length), trouble] as const] : [];
  }));
}

function plan(): void {
  clearTimeout(timer);
  if (unsent.value.some((one) => !one.trouble?.refused)) timer = window.setTimeout(() => void flush(), Math.min(AGAIN_MS * 2 ** inVain, LONGEST_MS));
}

function setTrouble(name: string, trouble: Trouble | null): void {
  if (trouble || name in troubles.value) writeKept(`${troublePlace()}${name}`, trouble);
}

export function putAside(one: Unsent): void {
  const at = Date.now();
  const key = `${place()}${nameOf(one)}.${at.toString(36)}-${(count++).toString(36).padStart(4, "0")}-${Math.random().toString(36).slice(2, 8)}`;
  writeKept(key, { ...one, key, at } satisfies Edit);
  setTrouble(nameOf(one), null);
  inVain = 0;
  more = true;
  look();
  plan();
}

function drop(keys: Iterable<string>, name: string): void {
  for (const key of keys) writeKept(key, null);
  setTrouble(name, null);
  look();
}

const aside = (entity: string, id: number): readonly Edit[] => (edits.value.length ? (byName.value.get(nameOf({ entity, id })) ?? []) : []);

/** What still waits, without what is on its way. */
export function unsentOf(entity: string, id: number): Waiting | undefined {
  const list = aside(entity, id).filter((one) => !going?.keys.has(one.key));
  return list[0] && { ...joined(list), at: list[0].at, trouble: troubles.value[nameOf({ entity, id })] ?? null };
}

/** The server is being asked to take an earlier change of this record right now. */
export const isGoing = (entity: string, id: number): boolean => going !== null && !going.decided && going.unsent.entity === entity && going.unsent.id === id;

/** The server has answered what is on its way; now the person is asked. */
export function decided(): void {
  if (going) going.decided = true;
}

/** Values of a record that are not on the server yet. */
export function valuesAside(entity: string, id: number): Cells | null {
  const list = aside(entity, id);
  return list.length ? joined(list).values : null;
}

/** Which changes of a record the server has refused are no more: others have taken their place. */
export function supersede(entity: string, id: number, values: Cells): void {
  if (!troubles.value[nameOf({ entity, id })]?.refused) return;
  const over = aside(entity, id).filter((one) => Object.keys(one.values).every((field) => field in values));
  for (const { key } of over) writeKept(key, null);
  if (over.length) look();
  if (!aside(entity, id).length) setTrouble(nameOf({ entity, id }), null);
}

/** The change is not wanted any more.  Returns what it was, to be put aside again; null: it is on its way from some tab. */
export async function giveUp(entity: string, id: number): Promise<Unsent | null> {
  const name = nameOf({ entity, id });
  return alone(`${place()}${name}`, async () => {
    look();
    const list = aside(entity, id);
    drop(list.map((one) => one.key), name);
    plan();
    return list.length ? joined(list) : null;
  });
}

/** again: this one is asked for once more though the server has refused it. */
export async function flush(again: { readonly entity: string; readonly id: number } | null = null): Promise<void> {
  asked = again ? nameOf(again) : asked;
  more = true;
  if (busy) return;
  busy = true;
  look();
  let met = true;
  while (more && met) {
    more = false;
    met = await sendAll();
  }
  busy = false;
  inVain = met ? 0 : inVain + 1;
  plan();
}

/** Each once: what the server cannot take must not stand in the way of the others, nor be tried without end. */
async function sendAll(): Promise<boolean> {
  let met = true;
  for (const name of byName.value.keys()) {
    if (troubles.value[name]?.refused && asked !== name) continue;
    if (asked === name) asked = "";
    const end = await alone(`${place()}${name}`, () => sendOne(name));
    if (end === "failed") met = false;
    if (end === "later") return false;
  }
  return met;
}

async function sendOne(name: string): Promise<Sent["end"]> {
  // Another tab may have sent it meanwhile.
  look();
  const list = byName.value.get(name);
  if (!list?.length) return "sent";
  const one = joined(list);
  const keys = new Set(list.map((edit) => edit.key));
  going = { unsent: one, keys, decided: false };
  const answer = await send(one).finally(() => (going = null));
  if (answer.end === "sent") {
    drop(keys, name);
    // What was changed while it was on its way was changed over it.
    const later = answer.version === null ? [] : (byName.value.get(name) ?? []).filter((edit) => edit.version === one.version);
    for (const edit of later) writeKept(edit.key, { ...edit, version: answer.version });
  } else if (answer.end !== "later") setTrouble(name, { text: answer.text, times: (troubles.value[name]?.times ?? 0) + 1, refused: answer.end === "refused" });
  look();
  return answer.end;
}

function lookElsewhere(): void {
  const before = byName.value;
  look();
  for (const [name, list] of byName.value) if (list.length > (before.get(name)?.length ?? 0)) whenChanged(list[0]?.entity ?? "", list[0]?.id ?? 0, joined(list).values);
  for (const [name, list] of before) if (!byName.value.has(name)) whenChanged(list[0]?.entity ?? "", list[0]?.id ?? 0, null);
  plan();
}

/** changed: another tab has put values of a record aside, or (null) none of it waits any more. */
export function startOutbox(sender: Send, changed: typeof whenChanged): void {
  send = sender;
  whenChanged = changed;
  addEventListener("online", () => void flush());
  watch(connected, (now) => now && void flush());
  onKeptElsewhere(() => place(), lookElsewhere);
  onKeptElsewhere(() => troublePlace(), look);
  // What an earlier page could not send.
  watch(me, (person) => {
    if (!person) return;
    look();
    if (edits.value.length) void flush();
  }, { immediate: true });
  addEventListener("beforeunload", (event) => {
    if (edits.value.some((one) => !outlives(one.key))) event.preventDefault();
  });
}
