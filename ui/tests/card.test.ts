// What the card and the board decide by themselves, without a server.
import { describe, expect, it } from "vitest";
import { effectScope } from "vue";
import type { Entity, Field } from "../src/api/types";
import { neighbour, offerTrail, placeOf } from "../src/records/trail";
import { presetOf } from "../src/views/create/creating";
import { toggled } from "../src/views/board/setup";
import { heardClock, now } from "../src/words/clock";

const field = (key: string, type = "text"): Field => ({
  key, type, number: 1, title: key, options: {}, required: false, unique: false, role: "", right: "edit", system: false, hint: null, operators: [], sortable: true, aggregates: [],
});
const entity = (label_field: string | null, quick: string[], ...fields: Field[]): Entity => ({
  key: "one", number: 1, kind: "record", title: "", plural: "", forms: {}, icon: "", hue: 0, label_field, duplicates: [], fields, traits: {}, pipelines: [], views: [], form: { tabs: [], quick },
  rights: { see: true, add: true, change: true, delete: true, export: true, history: true },
});

describe("what was typed in a link begins the new record where it belongs", () => {
  const client = entity("title", ["title"], field("title"), field("inn", "inn"), field("phones", "phone"), field("emails", "email"));
  const person = entity(null, ["first_name", "surname"], field("first_name"), field("surname"), field("phones", "phone"));
  it.each([
    [client, "ООО «Ромашка»", { title: "ООО «Ромашка»" }],
    [client, "7707083893", { inn: "7707083893" }],
    [client, "+7 916 123-45-67", { phones: [["+7 916 123-45-67", ""]] }],
    [client, "ivan@mail.ru", { emails: [["ivan@mail.ru", ""]] }],
    [client, "  ", {}],
    [person, "Иван", { first_name: "Иван" }],
    [person, "Иван Петров Младший", { first_name: "Иван", surname: "Петров Младший" }],
    [person, "8 (916) 123-45-67", { phones: [["8 (916) 123-45-67", ""]] }],
  ])("%#: %s", (of, text, expected) => expect(presetOf(of as Entity, text as string)).toEqual(expected));
});

describe("the way along a list", () => {
  const ids: (number | undefined)[] = [11, undefined, 13, 14];
  it("reads what is missing, steps over what is no record, and ends at the ends", async () => {
    const scope = effectScope();
    const read: number[] = [];
    scope.run(() => offerTrail({ entity: () => "deal", total: () => ids.length, idAt: (index) => ids[index], read: (first) => { read.push(first); return Promise.resolve(); } }));
    expect(placeOf("deal", 13)?.index).toBe(2);
    expect(placeOf("deal", 99)).toBeNull();
    expect(placeOf("contact", 13)).toBeNull();
    expect(await neighbour("deal", 13, -1)).toBe(11);
    expect(read).toEqual([1]);
    expect(await neighbour("deal", 11, -1)).toBeNull();
    expect(await neighbour("deal", 13, 1)).toBe(14);
    expect(await neighbour("deal", 14, 1)).toBeNull();
    scope.stop();
  });
});

describe("the clock", () => {
  it("believes the server when this computer is a day off, and itself when they nearly agree", () => {
    heardClock(new Date(Date.now() + 86_400_000).toUTCString());
    expect(Math.abs(now() - Date.now() - 86_400_000)).toBeLessThan(2000);
    heardClock(new Date(Date.now() + 20_000).toUTCString());
    expect(Math.abs(now() - Date.now())).toBeLessThan(50);
    heardClock("nonsense");
    heardClock(null);
    expect(Math.abs(now() - Date.now())).toBeLessThan(50);
  });
});

it("a column that is folded unfolds by the same press", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
});
