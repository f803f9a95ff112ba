/** Where records lie in a calendar, and how days are moved and asked for. */
import { describe, expect, it } from "vitest";
import type { Entity, Field } from "../src/api/types";
import { screenOf } from "../src/app/help";
import type { Rec } from "../src/records/cache";
import { itemOf, layHours, layRow, type Item } from "../src/views/calendar/layout";
import { tryWords } from "../src/words";
import { addMonths, clauseOfDays, minutesOf, shiftCell, weekOf } from "../src/views/days";

const field = (key: string, type: string): Field => ({
  key, number: 1, title: key, type, options: {}, required: false, unique: false, role: "", right: "edit", system: false, hint: null, operators: ["="], sortable: true, aggregates: [],
});
const [on, until, at] = [field("on", "date"), field("until", "date"), field("at", "datetime")];
const rec = (id: number, values: Rec["values"]): Rec => ({ entity: "visit", id, version: 1, label: `№ ${id}`, deleted_at: null, rights: null, form: null, values });
const item = (id: number, first: string, last = first, from: number | null = null, to: number | null = null): Item => ({ rec: rec(id, {}), first, last, from, to });

describe("days", () => {
  it("moves an instant by days of the company's zone, its time kept", () => {
    expect(shiftCell("2026-11-24T20:30:00Z", 1)).toBe("2026-11-25T20:30:00Z");
    expect(shiftCell("2026-02-28", 1)).toBe("2026-03-01");
    expect(minutesOf("2026-11-24T20:30:00Z")).toBe(23 * 60 + 30);
    expect(minutesOf("2026-11-24")).toBeNull();
  });

  it("keeps the last day of a month within the month it comes to", () => {
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2026-12-15", 1)).toBe("2027-01-15");
    expect(addMonths("2026-01-15", -1)).toBe("2025-12-15");
  });

  it("begins a week on the day the company does", () => {
    expect(weekOf("2026-11-29", 1)).toBe("2026-11-23");
    expect(weekOf("2026-11-29", 7)).toBe("2026-11-29");
  });

  it("asks for what begins within the days, runs through them or only ends there", () => {
    const clause = clauseOfDays(on, until, "2026-11-01", "2026-11-30");
    expect(clause).toContain("on >= date(2026, 11, 1) and on < date(2026, 12, 1)");
    expect(clause).toContain("(on < date(2026, 11, 1)) and (until >= date(2026, 11, 1))");
    expect(clause).toContain("(on = empty) and (until >= date(2026, 11, 1) and until < date(2026, 12, 1))");
    expect(clauseOfDays(on, null, "2026-11-01", "2026-11-30")).toBe("on >= date(2026, 11, 1) and on < date(2026, 12, 1)");
  });
});

describe("a record in a calendar", () => {
  it("is of one day with its time, or of several days without", () => {
    expect(itemOf(rec(1, { at: "2026-11-24T06:00:00Z" }), at, null)).toMatchObject({ first: "2026-11-24", last: "2026-11-24", from: 540, to: null });
    expect(itemOf(rec(1, { on: "2026-11-24", until: "2026-11-26" }), on, until)).toMatchObject({ first: "2026-11-24", last: "2026-11-26", from: null });
  });

  it("with an end before its beginning is still seen on its day; without any day it is not there", () => {
    expect(itemOf(rec(1, { on: "2026-11-24", until: "2026-11-20" }), on, until)).toMatchObject({ first: "2026-11-24", last: "2026-11-24" });
    expect(itemOf(rec(1, { until: "2026-11-20" }), on, until)).toMatchObject({ first: "2026-11-20" });
    expect(itemOf(rec(1, {}), on, until)).toBeNull();
  });

  it("lies on one line for all of its days and is cut at the ends of the week", () => {
    const pieces = layRow([item(1, "2026-11-20", "2026-11-25"), item(2, "2026-11-24"), item(3, "2026-11-26", "2026-12-02"), item(4, "2026-11-10")], "2026-11-23", 7);
    expect(pieces.map((one) => [one.item.rec.id, one.day, one.span, one.line, one.begins, one.ends])).toEqual([
      [1, "2026-11-23", 3, 0, false, true], [2, "2026-11-24", 1, 1, true, true], [3, "2026-11-26", 4, 0, true, false],
    ]);
  });

  it("shares the width of its hours with those it meets, and with nobody else", () => {
    const blocks = layHours([item(1, "2026-11-24", "2026-11-24", 600, 660), item(2, "2026-11-24", "2026-11-24", 630), item(3, "2026-11-24", "2026-11-24", 700), item(4, "2026-11-24", "2026-11-24", 1439)]);
    expect(blocks.map((one) => [one.item.rec.id, one.from, one.to, one.column, one.columns])).toEqual([[1, 600, 660, 0, 2], [2, 630, 660, 1, 2], [3, 700, 730, 0, 1], [4, 1410, 1440, 0, 1]]);
  });
});

describe("help", () => {
  it("of a kind of view is its own, and of an unknown kind that of a list", () => {
    const of = (kind: string): Entity => ({ views: [{ key: "v", kind }] }) as unknown as Entity;
    for (const kind of ["board", "calendar", "gallery", "tree", "gantt", "chart", "map"]) {
      expect(screenOf("/visit", "v", of(kind))).toBe(kind);
      expect(tryWords(`help.${kind}.p2`)).toBeTruthy();
    }
    expect(screenOf("/visit", "v", of("hologram"))).toBe("list");
  });
});
