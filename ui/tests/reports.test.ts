import { describe, expect, it } from "vitest";
import type { PivotAnswer } from "../src/api/reports";
import type { Field } from "../src/api/types";
import type { Dimension, Measure } from "../src/pages/reports/said";
import { sayGrain, sayMeasure } from "../src/pages/reports/said";
import { axis, cellFilter, chartData, headRows, sideCells, tableText } from "../src/pages/reports/table";

const field = (key: string, type: string, more: Partial<Field> = {}): Field => ({
  key, number: 1, title: key, type, options: {}, required: false, unique: false, role: "", right: "edit", system: false, hint: null,
  operators: ["="], sortable: true, aggregates: [], ...more,
});
const dimension = (key: string, type = "text", grain: Dimension["grain"] = ""): Dimension => ({ text: key, path: key, grain, field: field(key, type) });
const sum: Measure = { text: "sum:n", how: "sum", field: field("n", "integer") };
const average: Measure = { text: "avg:n", how: "avg", field: field("n", "integer") };

const [city, who] = [dimension("city"), dimension("who")];
const answer: PivotAnswer = {
  rows: [["Казань", "Анна"], ["Казань", "Пётр"], ["Казань"], [null, "Анна"], [null], []],
  columns: [["да"], ["нет"], []],
  measures: ["sum:n"],
  cells: [[[1], null, [1]], [[2], [5], [7]], [[3], [5], [8]], [null, [4], [4]], [null, [4], [4]], [[3], [9], [12]]],
  row_filters: ["r0", "r1", "r2", "r3", "r4", ""],
  column_filters: ["c0", "c1", ""],
};

describe("the table of a pivot", () => {
  it("says a value once and then its total", () => {
    const told = answer.rows.map((header, row) => sideCells(header, answer.rows[row - 1], [city, who]).map((cell) => (cell.again ? "″" : cell.text)));
    expect(told).toEqual([["Казань", "Анна"], ["″", "Пётр"], ["″", "Итого"], ["Без значения", "Анна"], ["″", "Итого"], ["Всего", ""]]);
  });

  it("joins equal neighbours of the head and lets a total reach to its last row", () => {
    const columns = [["2026-01-01", "a"], ["2026-01-01", "b"], ["2026-01-01"], []];
    const [first, second] = headRows(columns, [dimension("day", "date", "year"), dimension("kind")]);
    expect(first?.map((cell) => [cell.text, cell.across, cell.down])).toEqual([["2026", 3, 1], ["Всего", 1, 2]]);
    expect(second?.map((cell) => [cell.text, cell.across, cell.down])).toEqual([["a", 1, 1], ["b", 1, 1], ["Итого", 1, 1]]);
  });

  it("leads from a cell to the records of its row, its column and the report", () => {
    expect(cellFilter(answer, "base", 1, 0)).toBe("(base) and (r1) and (c0)");
    expect(cellFilter(answer, "", 5, 2)).toBe("");
  });
});

describe("the chart", () => {
  it("draws the finest rows and columns, never their totals", () => {
    const chart = chartData(answer, [city, who], [dimension("paid")], sum);
    expect(chart.labels).toEqual(["Анна · Казань", "Пётр · Казань", "Анна · Без значения"]);
    expect(chart.series.map((one) => [one.title, one.sizes])).toEqual([["да", [1, 2, 0]], ["нет", [0, 5, 4]]]);
  });

  const wide: PivotAnswer = {
    ...answer, rows: [["x"], []], row_filters: ["", ""], columns: [...Array.from({ length: 15 }, (_, n) => [`c${n}`]), []], column_filters: [],
    cells: [[...Array.from({ length: 15 }, (_, n) => [n + 1]), [120]], []],
  };

  it("joins the smallest series into one where parts make a whole, so that no stack is too low", () => {
    const chart = chartData(wide, [city], [who], sum);
    expect(chart.series).toHaveLength(11);
    expect(chart.series.at(-1)).toMatchObject({ title: "Остальные", sizes: [15] });
    expect(chart.series.reduce((total, one) => total + (one.sizes[0] ?? 0), 0)).toBe(120);
  });

  it("says how many averages had no room instead of adding them", () => {
    const chart = chartData(wide, [city], [who], average);
    expect([chart.series.length, chart.hidden, chart.stacked]).toEqual([10, 5, false]);
  });

  it.each([
    [0, 12, [0, 5, 10, 15]],
    [0, 0, [0, 0.5, 1]],
    [-3, 4, [-4, -2, 0, 2, 4]],
    [0, 11_259_210, [0, 5_000_000, 10_000_000, 15_000_000]],
  ])("has round steps from %d to %d", (least, most, steps) => {
    expect(axis(least, most)).toEqual(steps);
  });
});

describe("the file", () => {
  const titles = { rows: ["Город", "Кто"], measures: ["Сумма"] };

  it("has a line for each row, totals with their names, bare numbers", () => {
    const lines = tableText(answer, [city, who], [dimension("paid")], titles).slice(1).split("\r\n");
    expect(lines[0]).toBe("Город;Кто;да;нет;Всего");
    expect(lines[2]).toBe("Казань;Пётр;2;5;7");
    expect(lines[6]).toBe("Всего;;3;9;12");
  });

  it("quotes what would break the line and defuses what a table would run as a formula", () => {
    const odd: PivotAnswer = { ...answer, rows: [['=1+1;"x"'], ["-5"], ["@a"]], cells: [[], [], []], columns: [] };
    expect(tableText(odd, [city], [], { rows: ["Г"], measures: ["n"] }).slice(1).split("\r\n")).toEqual(["Г", `"'=1+1;""x"""`, "-5", "'@a", ""]);
  });
});

describe("words", () => {
  it.each([["quarter", "2026-04-01", "2 кв. 2026"], ["year", "2026-01-01", "2026"], ["month", "2026-03-01", "март 2026"]] as const)("a %s of %s is %s", (grain, day, said) => {
    expect(sayGrain(grain, day)).toBe(said);
  });

  it("names the sum by its field and the rest by how it is counted", () => {
    expect([sayMeasure(sum), sayMeasure(average), sayMeasure({ text: "count", how: "count", field: null })]).toEqual(["n", "n, среднее", "Количество"]);
  });
});
