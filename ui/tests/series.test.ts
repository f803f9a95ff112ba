import { expect, test } from "vitest";
import type { Cell, Field } from "../src/api/types";
import { seriesOf } from "../src/views/list/series";

const field = (type: string): Field => ({ key: "one", title: "Поле", type, options: {}, role: null, operators: [], aggregates: [], right: "edit", required: false, system: false } as unknown as Field);
const next = (type: string, cells: readonly Cell[], ...places: number[]): readonly Cell[] | null => {
  const series = seriesOf(field(type), cells);
  return series && places.map(series);
};

test("numbers go on by their step, exactly and both ways", () => {
  expect(next("integer", [1, 2], 2, 3, -1)).toEqual([3, 4, 0]);
  expect(next("integer", [10, 7, 4], 3, 4)).toEqual([1, -2]);
  expect(next("decimal", ["0.1", "0.3"], 2, 3, -1)).toEqual(["0.5", "0.7", "-0.1"]);
  expect(next("decimal", ["99999999999999999.98", "99999999999999999.99"], 2)).toEqual(["100000000000000000.00"]);
  expect(next("integer", [5, 5], 2)).toEqual([5]);
});

test("money goes on in its own currency only", () => {
  expect(next("money", [["100.00", "RUB"], ["150.00", "RUB"]], 2, 3)).toEqual([["200.00", "RUB"], ["250.00", "RUB"]]);
  expect(next("money", [["100.00", "RUB"], ["150.00", "USD"]], 2)).toBeNull();
});

test("days go on by days, by months, and by the last days of months", () => {
  expect(next("date", ["2027-01-30", "2027-01-31"], 2)).toEqual(["2027-02-01"]);
  expect(next("date", ["2027-01-04", "2027-01-11"], 2, -1)).toEqual(["2027-01-18", "2026-12-28"]);
  expect(next("date", ["2026-11-15", "2026-12-15"], 2, 3)).toEqual(["2027-01-15", "2027-02-15"]);
  expect(next("date", ["2027-01-31", "2027-02-28"], 2, 3)).toEqual(["2027-03-31", "2027-04-30"]);
  expect(next("date", ["2027-01-01", "2027-01-02", "2027-01-05"], 3)).toBeNull();
});

test("instants keep the hour of the day", () => {
  expect(next("datetime", ["2027-01-10T07:00:00Z", "2027-01-11T07:00:00Z"], 2)?.map((one) => Date.parse(String(one)))).toEqual([Date.parse("2027-01-12T07:00:00Z")]);
  expect(next("datetime", ["2027-01-10T07:00:00Z", "2027-01-10T07:30:00Z"], 2)).toEqual(["2027-01-10T08:00:00Z"]);
});

test("weekdays, months and numbered names go on as they were written", () => {
  expect(next("text", ["понедельник", "вторник"], 2, 7)).toEqual(["среда", "понедельник"]);
  expect(next("text", ["Пн", "Ср"], 2, 3)).toEqual(["Пт", "Вс"]);
  expect(next("text", ["ноябрь", "декабрь"], 2)).toEqual(["январь"]);
  expect(next("text", ["Этап 09", "Этап 10"], 2)).toEqual(["Этап 11"]);
  expect(next("text", ["Этап 1", "Этап 3"], 2)).toEqual(["Этап 5"]);
});

test("what follows no rule, or is alone, is repeated", () => {
  expect(next("integer", [1], 1)).toBeNull();
  expect(next("integer", [1, 2, 4], 3)).toBeNull();
  expect(next("text", ["Ромашка", "Лютик"], 2)).toBeNull();
  expect(next("integer", [1, null], 2)).toBeNull();
});
