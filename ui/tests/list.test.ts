// The logic of the list: places of a very tall scroll, ranges, tables of a spreadsheet, addresses, completion.
import { describe, expect, it } from "vitest";
import type { Entity, Field } from "../src/api/types";
import { readAddress, readParts, writeParts } from "../src/views/address";
import { clauseOf, type Part } from "../src/views/asked";
import { complete, completions } from "../src/views/filter/completion";
import { copyText, readTable, writeHtml, writeTable } from "../src/views/list/clip";
import { clauseOfGroup, groupKey } from "../src/views/list/groups";
import { between, columnsIn, isIn } from "../src/views/list/ranges";
import { barFor, placeAfter } from "../src/views/list/tall";

const field = (key: string, type: string, title: string, more: Partial<Field> = {}): Field => ({
  key, type, title, number: 1, options: {}, required: false, unique: false, role: "", right: "edit", system: false, hint: null,
  operators: ["="], sortable: true, aggregates: [], ...more,
});
const stage = field("stage", "stage", "Этап", { options: { options: [{ key: "new", title: "Новая", hue: 250 }, { key: "won", title: "Успешно", hue: 150 }] } });
const amount = field("amount", "money", "Сумма", { options: { currency: null, base: "RUB" } });
const closeOn = field("close_on", "date", "Закрыть до");
const title = field("title", "text", "Название");
const owner = field("responsible", "employee", "Ответственный", { options: { to: ["employee"] } });
const deal = { key: "deal", fields: [title, stage, amount, closeOn, owner], views: [], label_field: "title" } as unknown as Entity;

describe("a scroll taller than a browser can be", () => {
  const [most, whole, seen] = [8_000_000, 36_000_000, 800];

  it("goes pixel by pixel near, by proportion far", () => {
    expect(placeAfter(100, { bar: 0, top: 0 }, most, whole, seen)).toEqual({ bar: 100, top: 100 });
    expect(placeAfter(4_000_000, { bar: 0, top: 0 }, most, whole, seen).top).toBe(18_000_000);
  });

  it("reaches the first and the last pixel however it went", () => {
    expect(placeAfter(most, { bar: 10, top: 10 }, most, whole, seen).top).toBe(whole);
    expect(placeAfter(0, { bar: most, top: whole }, most, whole, seen).top).toBe(0);
  });

  it("never comes to an end of the bar before the end of the rows", () => {
    let place = placeAfter(1_000_000, { bar: 0, top: 0 }, most, whole, seen);
    for (let step = 0; step < 60_000 && place.top > 0; step++) place = placeAfter(Math.max(0, place.bar - 100), place, most, whole, seen);
    expect(place).toEqual({ bar: 0, top: 0 });
    place = { bar: barFor(whole - 3_000_000, most, whole), top: whole - 3_000_000 };
    for (let step = 0; step < 60_000 && place.top < whole; step++) place = placeAfter(Math.min(most, place.bar + 100), place, most, whole, seen);
    expect(place).toEqual({ bar: most, top: whole });
  });

  it("is an ordinary scroll while the rows fit", () => {
    expect(placeAfter(5000, { bar: 0, top: 0 }, 10_000, 10_000, seen)).toEqual({ bar: 5000, top: 5000 });
  });
});

describe("ranges", () => {
  it("are rectangles whichever way they are drawn", () => {
    expect(between({ row: 5, column: 3 }, { row: 2, column: 1 })).toEqual({ top: 2, left: 1, bottom: 5, right: 3 });
  });

  it("say which columns of a row are chosen", () => {
    const told = columnsIn([{ top: 0, left: 1, bottom: 3, right: 2 }, { top: 2, left: 10, bottom: 2, right: 12 }], 2);
    expect(told).toBe("1-2,10-12");
    expect([0, 1, 2, 3, 11, 12, 13].map((column) => isIn(told, column))).toEqual([false, true, true, false, true, true, false]);
    expect(isIn("", 0)).toBe(false);
  });
});

describe("tables of a spreadsheet", () => {
  it("come back as they were written, with tabs, quotes and lines inside", () => {
    const table = [["а\tб", "в \"г\" д", "две\nстроки"], ["", "просто", "\"в кавычках\" ООО"]];
    expect(readTable(writeTable(table))).toEqual(table);
  });

  it("are read the way Excel and Google Sheets write them", () => {
    expect(readTable("а\tб\r\nв\tг\r\n")).toEqual([["а", "б"], ["в", "г"]]);
    expect(readTable("\"первая\nвторая\"\t5\n")).toEqual([["первая\nвторая", "5"]]);
    expect(readTable("\"Ромашка\" ООО\t5")).toEqual([["\"Ромашка\" ООО", "5"]]);
    expect(readTable("одно")).toEqual([["одно"]]);
    expect(readTable("а\n\nб")).toEqual([["а"], [""], ["б"]]);
  });

  it("hold values as people type them", () => {
    expect(copyText(amount, ["1250000.50", "RUB"])).toBe("1250000,50");
    expect(copyText(closeOn, "2027-01-31")).toBe("31.01.2027");
    expect(copyText(stage, "won")).toBe("Успешно");
    expect(copyText(owner, [5, "Ольга Смирнова"])).toBe("Ольга Смирнова");
    expect(copyText(title, null)).toBe("");
  });

  it("never become formulas of the spreadsheet", () => {
    expect(copyText(title, "=HYPERLINK(\"http://x\")")).toBe("'=HYPERLINK(\"http://x\")");
    expect(copyText(title, "+7 916")).toBe("+7 916");
    expect(writeHtml([title], [["<b>&\"</b>"]])).not.toContain("<b>");
  });
});

describe("the address", () => {
  const parts: readonly Part[] = [
    { id: 1, field: "stage", condition: "is", value: ["new"] },
    { id: 2, any: true, parts: [{ id: 3, field: "amount", condition: "more", value: "5" }, { id: 4, text: "title = \"а\"" }] },
  ];

  it("says the whole condition and reads it back", () => {
    const read = readParts(writeParts(parts));
    expect(writeParts(read)).toBe(writeParts(parts));
    expect(read.map((part) => clauseOf(deal, part))).toEqual(["stage = \"new\"", "(amount > 5) or (title = \"а\")"]);
  });

  it("survives nonsense", () => {
    for (const text of ["", "{", "null", "5", "[[1,2]]", "[{\"any\":1}]", "[{}]", `${"[{\"all\":".repeat(50)}[]${"}]".repeat(50)}`]) expect(() => readParts(text)).not.toThrow();
    expect(readAddress({ where: ["a", "b"], sort: null })).toEqual({ asked: null, sort: null, group: null, search: null, at: null });
  });
});

describe("groups", () => {
  it("are asked for by their value", () => {
    expect(clauseOfGroup(stage, "new")).toBe("stage = \"new\"");
    expect(clauseOfGroup(owner, [5, "Ольга"])).toBe("responsible = 5");
    expect(clauseOfGroup(stage, null)).toBe("stage = empty");
    expect(groupKey([5, "Ольга"])).toBe("5");
    expect(groupKey(null)).toBe("");
  });
});

describe("relative days", () => {
  it("ask by so many days from today", () => {
    const asked = (condition: "next_days" | "older", value: string) => clauseOf(deal, { id: 1, field: "close_on", condition, value });
    expect(asked("next_days", "7")).toMatch(/^close_on >= date\(\d+, \d+, \d+\) and close_on < date\(/);
    expect(asked("older", "30")).toMatch(/^close_on < date\(/);
    expect(asked("older", "много")).toBe("");
  });
});

describe("completion of a typed condition", () => {
  const names = (text: string) => completions(deal, [{ name: "сегодня", key: "today", about: "Сегодняшний день", example: "" }], text, text.length).map((one) => one.insert);

  it("offers fields by title, functions and words", () => {
    expect(names("Сум")).toEqual(["Сумма"]);
    expect(names("[Закр")).toEqual(["[Закрыть до]"]);
    expect(names("сег")).toContain("сегодня(");
    expect(names("Сумма > 5 и")).not.toContain("и ");
  });

  it("offers options of the field inside quotes, and nothing in other texts", () => {
    expect(names("Этап = \"Нов")).toEqual(["Новая\""]);
    expect(names("Название = \"Сум")).toEqual([]);
  });

  it("puts the word in place of what was begun", () => {
    const [one] = completions(deal, [], "Этап = \"Нов\"", 11);
    expect(one && complete("Этап = \"Нов\"", 11, one)).toEqual({ text: "Этап = \"Новая\"", caret: 14 });
  });
});
