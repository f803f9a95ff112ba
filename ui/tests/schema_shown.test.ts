// What a schema brings with it: types that come later, and computed fields shown as what they give.
import { describe, expect, it, vi } from "vitest";
import type { Field } from "../src/api/types";
import { bringTypes, fieldTypes, sayCell } from "../src/fields";
import { beforeSchema, findEntity, loadSchema } from "../src/schema";

const field = (key: string, type: string, options: object = {}): object => ({
  key, number: 1, title: key, type, options, required: false, unique: false, role: "", right: "read", system: false, hint: "", operators: ["="], sortable: true, aggregates: [],
});

function answer(...fields: object[]): void {
  const schema = {
    revision: 1, digest: "x", settings: { title: "", currency: "RUB", zone: "Europe/Moscow", first_weekday: 1 }, menu: [],
    entities: { job: { key: "job", title: "Работа", plural: "Работы", fields, views: [], pipelines: [], traits: {} } },
  };
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(schema), { headers: { "content-type": "application/json" } })));
}

const shown = (key: string): Field => {
  const found = findEntity("job")?.fields.find((one) => one.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
};

describe("a schema is shown", () => {
  it("with computed fields as the types of what they give, and brings the types it needs before that", async () => {
    beforeSchema(bringTypes);
    answer(field("title", "text"), field("debt", "formula", { formula: "a - b", result: { type: "money", options: { base: "RUB" } } }));
    await loadSchema();
    expect(fieldTypes["duration"]).toBeUndefined();
    expect(sayCell(shown("debt"), ["1200.00", "RUB"]).replace(/\s/g, " ")).toBe("1 200 ₽");

    answer(field("took", "rollup", { function: "sum", result: { type: "duration", options: {} } }));
    await loadSchema();
    expect(fieldTypes["duration"]).toBeDefined();
    expect(sayCell(shown("took"), 5400).replace(/\s/g, " ")).toBe("1 ч 30 мин");
    vi.unstubAllGlobals();
  });
});
