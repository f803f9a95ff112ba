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

/** "sent" is also said of what was refused and told to the person. */
type Send = (unsent: Unsent) => Promise<"sent" | "later">;

const AGAIN_MS = 5000;
let list: Unsent[] = [];
let send: Send = () => Promise.resolve("later");
let timer = 0;
let busy = false;

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

export async function flush(): Promise<void> {
  if (busy) return;
  busy = true;
  while (list[0]) {
    // While it is on its way, a change of the same record is a new one; kept until the answer has come.
    const [one, ...rest] = list;
    list = rest;
    if ((await send(one)) === "sent") {
      store();
      continue;
    }
    const newer = unsentOf(one.entity, one.id);
    list = [newer ? { ...one, values: { ...one.values, ...newer.values } } : one, ...list.filter((other) => other !== newer)];
    break;
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
