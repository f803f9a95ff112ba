import { ref } from "vue";
import { beforeEach, expect, test, vi } from "vitest";

vi.mock("../src/records/live", () => ({ connected: ref(true) }));
vi.mock("../src/schema/session", () => ({ me: ref({ id: 1 }) }));

type Box = typeof import("../src/records/outbox");
type Sender = Parameters<Box["startOutbox"]>[0];

beforeEach(() => localStorage.clear());

/** A page of its own: its modules are loaded anew, what the browser keeps is shared. */
async function tab(send: Sender, changed: Parameters<Box["startOutbox"]>[1] = () => {}): Promise<Box> {
  vi.resetModules();
  const box = await import("../src/records/outbox");
  box.startOutbox(send, changed);
  return box;
}

// Real browsers tell the other tabs; within one document it is told by hand.
const tell = (): boolean => dispatchEvent(new StorageEvent("storage"));

const edit = (id: number, values: Record<string, string>, version = 1) => ({ entity: "deal", id, version, values, before: {}, label: `№ ${id}` });
const offline: Sender = async () => ({ end: "later" });

test("what two tabs have put aside is kept whole and goes once", async () => {
  const sent: [string, number, unknown][] = [];
  const sender = (name: string): Sender => async (one) => {
    sent.push([name, one.id, one.values]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    return { end: "sent", version: one.version + 1 };
  };
  const one = await tab(sender("one"));
  const two = await tab(sender("two"));
  one.putAside(edit(1, { title: "из первой" }));
  two.putAside(edit(2, { title: "из второй" }));
  two.putAside(edit(1, { amount: "5" }));
  tell();
  expect([one.waiting.value, two.waiting.value]).toEqual([2, 2]);
  expect(one.valuesAside("deal", 1)).toEqual({ title: "из первой", amount: "5" });
  await Promise.all([one.flush(), two.flush()]);
  await Promise.all([one.flush(), two.flush()]);
  expect(sent.map(([, id]) => id).sort()).toEqual([1, 2]);
  expect(sent.find(([, id]) => id === 1)?.[2]).toEqual({ title: "из первой", amount: "5" });
  tell();
  expect([one.waiting.value, two.waiting.value]).toEqual([0, 0]);
  expect(Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at)).filter((key) => key?.includes("outbox.1.deal"))).toEqual([]);
});

test("a change made while an earlier one of the record is on its way goes over the version it made", async () => {
  const sent: [number, unknown][] = [];
  let box: Box | null = null;
  box = await tab(async (one) => {
    sent.push([one.version, one.values]);
    if (sent.length === 1) {
      expect(box?.isGoing("deal", 7)).toBe(true);
      box?.putAside(edit(7, { title: "потом" }, 3));
    }
    return { end: "sent", version: one.version + 1 };
  });
  box.putAside(edit(7, { title: "сначала" }, 3));
  await box.flush();
  expect(sent).toEqual([[3, { title: "сначала" }], [4, { title: "потом" }]]);
  expect(box.waiting.value).toBe(0);
});

test("what the server refuses stays with its reason, is not sent by itself and stands in nobody's way", async () => {
  const sent: number[] = [];
  const box = await tab(async ({ id, version }) => {
    sent.push(id);
    return id === 1 ? { end: "refused", text: "Нельзя" } : { end: "sent", version: version + 1 };
  });
  box.putAside(edit(1, { title: "нельзя так" }));
  box.putAside(edit(2, { title: "можно" }));
  await box.flush();
  await box.flush();
  expect(sent).toEqual([1, 2]);
  expect(box.unsent.value.map((one) => [one.id, one.trouble])).toEqual([[1, { text: "Нельзя", times: 1, refused: true }]]);
  await box.flush({ entity: "deal", id: 1 });
  expect(sent).toEqual([1, 2, 1]);
  box.supersede("deal", 1, { title: "другое" });
  expect(box.waiting.value).toBe(0);
});

test("a change that is given up is gone from all tabs and can be put aside again", async () => {
  const seen: [number, unknown][] = [];
  const one = await tab(offline);
  const two = await tab(offline, (_, id, values) => seen.push([id, values]));
  one.putAside({ ...edit(4, { title: "новое" }), before: { title: "старое" } });
  tell();
  const gone = await one.giveUp("deal", 4);
  tell();
  expect(gone).toMatchObject({ values: { title: "новое" }, before: { title: "старое" }, label: "№ 4" });
  expect([one.waiting.value, two.waiting.value]).toEqual([0, 0]);
  expect(seen).toEqual([[4, { title: "новое" }], [4, null]]);
});

test("what another tab is sending is neither sent nor given up here", async () => {
  let answer: (sent: { end: "sent"; version: number }) => void = () => {};
  const sent: string[] = [];
  const one = await tab(() => {
    sent.push("one");
    return new Promise((resolve) => (answer = resolve));
  });
  const two = await tab(async () => {
    sent.push("two");
    return { end: "sent", version: 2 };
  });
  one.putAside(edit(5, { title: "долгое" }));
  tell();
  const way = one.flush();
  await vi.waitFor(() => expect(sent).toEqual(["one"]));
  await two.flush();
  expect(await two.giveUp("deal", 5)).toBe(null);
  answer({ end: "sent", version: 2 });
  await way;
  expect(sent).toEqual(["one"]);
  expect(one.waiting.value).toBe(0);
});

test("where there is no room to keep it, a change waits until the page is closed", async () => {
  vi.stubGlobal("localStorage", {
    length: 0, key: () => null, getItem: () => null, removeItem: () => {},
    setItem: (key: string) => {
      if (key.startsWith("svyaz.outbox")) throw new DOMException("full", "QuotaExceededError");
    },
  });
  const box = await tab(offline);
  box.putAside(edit(9, { title: "не поместилось" }));
  expect(box.valuesAside("deal", 9)).toEqual({ title: "не поместилось" });
  const leaving = new Event("beforeunload", { cancelable: true });
  dispatchEvent(leaving);
  expect(leaving.defaultPrevented).toBe(true);
  vi.unstubAllGlobals();
});
