/** What a chart makes of a report, and where bars of time lie. */
import { describe, expect, it } from "vitest";
import type { PivotAnswer } from "../src/api/reports";
import type { Entity, Field } from "../src/api/types";
import { gather, partsOf, ringOf, type Counting, type Part } from "../src/views/chart/parts";
import { axisOf, barOf, DAY_PX } from "../src/views/gantt/scale";

const field = (key: string, type: string, options: Field["options"] = {}): Field => ({
  key, number: 1, title: key, type, options, required: false, unique: false, role: "", right: "edit", system: false, hint: null, operators: ["="], sortable: true, aggregates: [],
});
const entity = { key: "deal", kind: "record", title: "Сделка", fields: [], pipelines: [], views: [], hue: 250 } as unknown as Entity;
const priority = field("priority", "choice", { options: [{ key: "low", title: "Низкий", hue: 220 }, { key: "high", title: "Высокий", hue: 25 }] });
const counting = (by: Field, more: Partial<Counting> = {}): Counting => ({ entity, field: by, grain: null, total: null, ...more });
const answer = (rows: readonly (readonly [string | null, number])[]): PivotAnswer => ({
  rows: [[], ...rows.map(([value]) => [value])], columns: [[]], measures: ["count"], cells: [[[9]], ...rows.map(([, size]) => [[size]])],
  row_filters: ["", ...rows.map(([value]) => `priority = '${value}'`)], column_filters: [""],
});

describe("parts of a chart", () => {
  it("stand in the order of the options, the empty one last, each with its records", () => {
    const parts = partsOf(counting(priority), answer([["high", 7], [null, 5], ["low", 2]]), "amount > 1");
    expect(parts.map((part) => [part.title, part.size, part.hue])).toEqual([["Низкий", 2, 220], ["Высокий", 7, 25], ["Без значения", 5, null]]);
    expect(parts[0]?.filter).toBe("(amount > 1) and (priority = 'low')");
  });

  it("by months have the empty months between them", () => {
    const parts = partsOf(counting(field("on", "date"), { grain: "month" }), answer([["2026-11-01", 3], ["2027-02-01", 1], [null, 2]]), "");
    expect(parts.map((part) => part.size)).toEqual([3, 0, 0, 1, 2]);
    expect(parts[1]).toMatchObject({ title: "декабрь 2026", filter: null });
  });

  it("that are too many are gathered: the largest stay in their places", () => {
    const many: Part[] = Array.from({ length: 12 }, (_, at) => ({ key: String(at), title: String(at), size: at, said: String(at), hue: null, filter: "" }));
    const some = gather(counting(priority), many, 4);
    expect(some.map((part) => part.key)).toEqual(["9", "10", "11", ""]);
    expect(some.at(-1)).toMatchObject({ size: 36, said: "36", filter: null });
  });

  it("make a whole ring, even of a single one, and leave out what is nothing", () => {
    const part = (size: number): Part => ({ key: String(size), title: "", size, said: "", hue: null, filter: "" });
    expect(ringOf([part(5), part(0), part(15)]).map((one) => one.part.size)).toEqual([5, 15]);
    expect(ringOf([part(5)])[0]?.path).toMatch(/^M0\.0000 -1\.0000A1 1 0 1 1 /);
  });
});

describe("bars of time", () => {
  it("lie where their days are and are cut at the ends of the axis", () => {
    const axis = axisOf("day", "2026-11-24", 1);
    expect(axis.first).toBe("2026-11-09");
    expect(barOf(axis, "day", "2026-11-10", "2026-11-12")).toEqual({ left: DAY_PX.day, width: 3 * DAY_PX.day, begins: true, ends: true });
    expect(barOf(axis, "day", "2026-10-01", "2027-12-31")).toEqual({ left: 0, width: axis.width, begins: false, ends: false });
  });

  it("have months and years above them that cover the whole axis", () => {
    for (const zoom of ["day", "week", "month"] as const) {
      const axis = axisOf(zoom, "2026-11-24", 1);
      expect(axis.upper.reduce((sum, mark) => sum + mark.width, 0)).toBe(axis.width);
      expect(axis.lower.reduce((sum, mark) => sum + mark.width, 0)).toBe(axis.width);
    }
  });
});
