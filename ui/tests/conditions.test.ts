import { effectScope, nextTick } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Entity, Field, FormState } from "../src/api/types";
import * as api from "../src/api/records";
import { putView, type Rec } from "../src/records/cache";
import { NOTHING, useConditions, type Conditions } from "../src/records/conditions";

const ENTITY = { key: "deal", form: { tabs: [], quick: [], conditional: ["note"] } } as unknown as Entity;
const CITY = { key: "city", title: "Город", type: "text", options: {} } as unknown as Field;
const state = (hidden: string[]): FormState => ({ hidden, required: [], read_only: [], buttons: [] });
let last = 0;
const view = (version: number, form?: FormState, id = ++last) => ({ id, version, label: "", entity: "deal", values: { city: "Уфа" }, deleted_at: null, rights: { change: true, delete: true }, ...(form ? { form } : {}) });
const typed = (text: string): Event => ({ target: { value: text } }) as unknown as Event;

let scope = effectScope();
beforeEach(() => {
  scope = effectScope();
  vi.useFakeTimers();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const over = (rec: Rec): Conditions => scope.run(() => useConditions(() => ENTITY, () => rec)) as Conditions;

describe("the conditions of a card", () => {
  it("are those that came with the record, and are asked for when only rows of a list were read", async () => {
    const ask = vi.spyOn(api, "checkRecord").mockResolvedValue({ duplicates: [], form: state(["note"]) });
    expect(over(putView(view(1, state(["other"])))).state.value.hidden).toEqual(["other"]);
    expect(ask).not.toHaveBeenCalled();
    const bare = over(putView(view(1)));
    expect(bare.state.value).toEqual(NOTHING);
    await vi.runAllTimersAsync();
    expect(bare.state.value.hidden).toEqual(["note"]);
  });

  it("follow what is typed, once, and go back with it", async () => {
    const ask = vi.spyOn(api, "checkRecord").mockImplementation(async (_, values) => ({ duplicates: [], form: state(values["city"] === "Казань" ? [] : ["note"]) }));
    const rec = putView(view(1, state(["note"])));
    const card = over(rec);
    for (const text of ["К", "Каз", "Казань"]) card.typing(CITY, typed(text));
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(card.state.value.hidden).toEqual([]);
    card.left(CITY);
    await nextTick();
    await vi.runAllTimersAsync();
    expect(card.state.value.hidden).toEqual(["note"]);
  });

  it("do not take an answer about a record that has become another meanwhile", async () => {
    let answer: (told: { duplicates: []; form: FormState }) => void = () => {};
    vi.spyOn(api, "checkRecord").mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    const first = view(1, state(["note"]));
    const rec = putView(first);
    const card = over(rec);
    card.typing(CITY, typed("Казань"));
    await vi.runAllTimersAsync();
    putView({ ...first, version: 2, form: { ...state([]), read_only: ["city"] } });
    await nextTick();
    answer({ duplicates: [], form: state(["city"]) });
    await vi.runAllTimersAsync();
    expect(card.state.value).toEqual({ hidden: [], required: [], read_only: ["city"], buttons: [] });
  });
});
