/** Changes that could not be sent: they stand on the screen, are kept in the browser, and go when the server is heard again. */
import { ref, watch } from "vue";
import type { Cell } from "../api/types";
import { me } from "../schema/session";
import { connected } from "./live";
import { isKept, readKept, writeKept } from "./storage";

export interface Unsent {
  readonly entity: string;
  readonly id: number;
  readonly version: number;
  readonly values: Readonly<Record<string, Cell>>;
}

/** "sent" is also said of what was refused and told to the person; "later": the server was not reached; "failed": it broke down. */
type Send = (unsent: Unsent) => Promise<"sent" | "later" | "failed">;

const AGAIN_MS = 5000;
let list: Unsent[] = [];
let send: Send = () => Promise.resolve("later");
let timer = 0;
let busy = false;
let going: Unsent | null = null;

/** How many records have changes that are not on the server yet. */
export const waiting = ref(0);

const place = (): string => `svyaz.outbox.${me.value?.id ?? 0}`;

function store(): void {
  waiting.value = list.length;
  writeKept(place(), list.length ? list : null);
  clearTimeout(timer);
  if (list.length) timer = window.setTimeout(() => void flush(), AGAIN_MS);
}

/** Later changes of a record join the earlier ones: they go as one, over the version that was seen first. */
export function putAside(unsent: Unsent): void {
  const before = list.find((one) => one.entity === unsent.entity && one.id === unsent.id);
  const joined = before ? { ...before, values: { ...before.values, ...unsent.values } } : unsent;
  list = before ? list.map((one) => (one === before ? joined : one)) : [...list, joined];
  store();
}

export const unsentOf = (entity: string, id: number): Unsent | undefined => list.find((one) => one.entity === entity && one.id === id);

/** Values of a record that are not on the server yet. */
export function valuesAside(entity: string, id: number): Readonly<Record<string, Cell>> | null {
  const found = [going, unsentOf(entity, id)].filter((one) => one?.entity === entity && one.id === id);
  return found.length ? Object.assign({}, ...found.map((one) => one?.values)) as Record<string, Cell> : null;
}

export async function flush(): Promise<void> {
  if (busy) return;
  busy = true;
  // Each once: what the server cannot take must not stand in the way of the others, nor be tried without end.
  for (let left = list.length; left && list[0]; left--) {
    // While it is on its way, a change of the same record is a new one; kept until the answer has come.
    const [one, ...rest] = list;
    list = rest;
    going = one;
    const end = await send(one);
    going = null;
    if (end !== "sent") {
      const newer = unsentOf(one.entity, one.id);
      const others = list.filter((other) => other !== newer);
      const again = newer ? { ...one, values: { ...one.values, ...newer.values } } : one;
      list = end === "later" ? [again, ...others] : [...others, again];
    }
    store();
    if (end === "later") break;
  }
  busy = false;
  store();
}

export function startOutbox(sender: Send): void {
  send = sender;
  addEventListener("online", () => void flush());
  watch(connected, (now) => now && void flush());
  // What an earlier page could not send.
  watch(me, (person) => {
    if (!person) return;
    list = readKept<Unsent[]>(place()) ?? [];
    waiting.value = list.length;
    if (list.length) void flush();
  }, { immediate: true });
  addEventListener("beforeunload", (event) => {
    if (list.length && !isKept()) event.preventDefault();
  });
}
