import { expect, test } from "vitest";
import type { FileColumn, Plan } from "../src/api/imports";
import { aim, applySaved, letters, mean, meaningOf, savedOf, wholePlan } from "../src/pages/imports/plan";

const file = (...titles: string[]): FileColumn[] => titles.map((title, column) => ({ column, title, samples: [], guess: null }));
const plan = (...columns: [number, string][]): Plan => wholePlan("counterparty", { columns: columns.map(([column, field]) => ({ column, field })), keys: ["inn"] });

test("columns are lettered as a spreadsheet letters them", () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
});

test("a column goes into one field, then into one more, and may be left out of either", () => {
  const first = aim(plan([1, "inn"]), 0, null, "title");
  const both = aim(first, 0, null, "note");
  expect(both.columns.map((one) => [one.column, one.field])).toEqual([[0, "title"], [0, "note"], [1, "inn"]]);
  expect(aim(both, 0, "title", "").columns.map((one) => one.field)).toEqual(["note", "inn"]);
  expect(aim(both, 0, "note", "city").columns.map((one) => one.field)).toEqual(["title", "city", "inn"]);
});

test("leaving out a column that never went anywhere changes nothing", () => {
  const before = plan([0, "title"], [1, "inn"]);
  expect(aim(before, 5, null, "").columns).toEqual(before.columns);
});

test("a key whose column is gone is no key any more", () => {
  expect(aim(plan([0, "title"], [1, "inn"]), 1, "inn", "").keys).toEqual([]);
  expect(aim(plan([0, "title"], [1, "inn"]), 0, "title", "").keys).toEqual(["inn"]);
});

test("a value means a record, a new record or nothing, and the choice can be taken back", () => {
  let now = plan([0, "sector"]);
  const column = () => now.columns[0]!;
  for (const meaning of [{ kind: "value", value: 7 }, { kind: "create" }, { kind: "empty" }] as const) {
    now = mean(now, column(), "Связь", meaning);
    expect(meaningOf(column(), "Связь")).toEqual(meaning);
  }
  now = mean(now, column(), "Связь", null);
  expect(meaningOf(column(), "Связь")).toBeNull();
  expect([column().values, column().create]).toEqual([{}, []]);
});

test("a saved plan finds its columns by their headings, whatever their order", () => {
  const saved = savedOf("соседи", plan([0, "title"], [2, "inn"]), file("Клиент", "Лишний", "ИНН"));
  const moved = applySaved(saved, plan(), file("инн ", "Город", "КЛИЕНТ"));
  expect(moved.columns.map((one) => [one.column, one.field])).toEqual([[2, "title"], [0, "inn"]]);
  expect(moved.keys).toEqual(["inn"]);
});

test("a column that the file lacks is left out of the saved plan, its key with it", () => {
  const saved = savedOf("соседи", plan([0, "title"], [1, "inn"]), file("Клиент", "ИНН"));
  const moved = applySaved(saved, plan(), file("Клиент", "Город"));
  expect(moved.columns.map((one) => one.field)).toEqual(["title"]);
  expect(moved.keys).toEqual([]);
});
