/** What the bell rings about: read when the server says that there is news, and when the tab is looked at again. */
import { computed, shallowRef } from "vue";
import { onBell } from "./live";
import { instantNow } from "../words/clock";
import { markRead, readNotices, type Notice } from "../api/notices";

// The stream tells of news at once; this is for the day when it does not.
const EVERY_MS = 300_000;
let timer = 0;
let stopListening: () => void = () => {};

export const notices = shallowRef<readonly Notice[]>([]);
export const unread = computed(() => notices.value.filter((one) => one.read_at === null).length);

export async function loadNotices(): Promise<void> {
  try {
    notices.value = (await readNotices()).notices;
  } catch {
    // The bell keeps silent until the server is heard again.
  }
}

export async function readThem(ids: readonly number[]): Promise<void> {
  if (!ids.length) return;
  const at = instantNow();
  notices.value = notices.value.map((one) => (ids.includes(one.id) && one.read_at === null ? { ...one, read_at: at } : one));
  await markRead(ids).catch(() => loadNotices());
}

const look = (): void => {
  if (document.visibilityState === "visible") void loadNotices();
};

export function startNotices(): void {
  stopNotices();
  void loadNotices();
  timer = window.setInterval(look, EVERY_MS);
  stopListening = onBell(() => void loadNotices());
  document.addEventListener("visibilitychange", look);
}

export function stopNotices(): void {
  clearInterval(timer);
  stopListening();
  document.removeEventListener("visibilitychange", look);
}
