import { describe, expect, it } from "vitest";
import type { EntityTable } from "../src/api/configurator";
import type { Entity } from "../src/api/types";
import { addVariant, lookOf, readForm, setConditions, takeField, withLook, writeForm } from "../src/pages/configurator/form/model";
import { readMarks } from "../src/views/card/blocks/marks";
import { fitting } from "../src/views/card/shape";

const form = {
  quick: [],
  tab: [{ title: { ru: "О" }, section: [{ title: { ru: "С" }, fields: [{ key: "city", visible_if: "vip" }, "note"] }, { kind: "buttons", buttons: [{ key: "close", title: { ru: "Закрыть" }, do: "set", values: { city: "\"x\"" } }] }] }],
};
const read = () => readForm({ form } as unknown as EntityTable, {} as Entity);

describe("looks of a card", () => {
  it("are written as they were read", () => expect(writeForm(read())).toEqual(form));

  it("have buttons of other keys in a copy, and the conditions of a field once", () => {
    const drawn = addVariant(read(), read(), { ru: "Коротко" });
    const variant = (writeForm(drawn)["variant"] as { tab: { section: { fields?: unknown; buttons?: { key: string }[] }[] }[] }[])[0];
    expect(variant?.tab[0]?.section[0]?.fields).toEqual(["city", "note"]);
    expect(variant?.tab[0]?.section[1]?.buttons?.[0]?.key).toBe("close_2");
  });

  it("are changed apart, but for conditions", () => {
    const drawn = addVariant(read(), read(), { ru: "Коротко" });
    const key = drawn.variants[0]?.id ?? "";
    const cut = withLook(drawn, key, takeField(lookOf(drawn, key), "note"));
    expect(cut.tabs[0]?.sections[0]?.fields.map((one) => one.key)).toEqual(["city", "note"]);
    expect(lookOf(cut, key).tabs[0]?.sections[0]?.fields.map((one) => one.key)).toEqual(["city"]);
    const free = setConditions(cut, "city", { visible_if: "", required_if: "", read_only_if: "" });
    expect(writeForm(free)["tab"]).toMatchObject([{ section: [{ fields: ["city", "note"] }, {}] }]);
  });

  it("are taken by the first that fits, on a phone those for a phone first", () => {
    const one = (key: string, by: string | null, values: readonly string[], phone = false) => ({ key, title: key, by, values, phone, tabs: [] });
    const entity = { form: { tabs: [], quick: [], variants: [one("a", "kind", ["firm"]), one("b", "vip", ["yes"]), one("p", null, [], true)] } } as unknown as Entity;
    expect(fitting(entity, { kind: "firm", vip: true }, false)?.key).toBe("a");
    expect(fitting(entity, { kind: "person", vip: true }, false)?.key).toBe("b");
    expect(fitting(entity, { kind: null, vip: null }, false)).toBeNull();
    expect(fitting(entity, { kind: "firm" }, true)?.key).toBe("p");
  });
});

describe("words with marks", () => {
  it("never lead to a script", () => {
    for (const to of ["javascript:alert(1)", "//evil.example", "data:text/html,x"]) expect(readMarks(`[жми](${to})`)[0]?.spans.some((span) => span.to)).toBe(false);
    expect(readMarks("[жми](/deal) и **важно**")[0]?.spans).toEqual([{ text: "жми", to: "/deal" }, { text: " и " }, { text: "важно", bold: true }]);
  });
});
