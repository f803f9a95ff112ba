import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createApp, h, provide } from "vue";
import type { Field, LinkCell } from "../src/api/types";
import { useLinkSearch } from "../src/fields/link/search";
import { fieldTools, type FieldTools } from "../src/fields/types";

describe("search for a record to link", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("an answer to what stood before the letters is not shown as theirs", async () => {
    const asked: { text: string; answer: (found: LinkCell[]) => void }[] = [];
    const tools = { suggest: (_to: readonly string[], text: string) => new Promise<LinkCell[]>((answer) => asked.push({ text, answer })) };
    let search!: ReturnType<typeof useLinkSearch>;
    const Inner = { setup: () => ((search = useLinkSearch({ options: { to: ["client"] } } as unknown as Field)), () => null) };
    createApp({ setup: () => (provide(fieldTools, tools as unknown as FieldTools), () => h(Inner)) }).mount(document.createElement("div"));

    search.search("ро");
    asked[0]?.answer([[1, "Гидромаш"] as unknown as LinkCell]);
    await vi.advanceTimersByTimeAsync(0);
    expect([search.busy.value, search.options.value]).toEqual([true, []]);

    await vi.advanceTimersByTimeAsync(200);
    asked[1]?.answer([[2, "Ромашка"] as unknown as LinkCell]);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(({ text }) => text)).toEqual(["", "ро"]);
    expect([search.busy.value, search.options.value.map(({ title }) => title)]).toEqual([false, ["Ромашка"]]);
  });
});
