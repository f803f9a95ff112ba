// The same tables that the server's types are tested by: what a person types means the same on both sides.
// The browser may understand less than the server (it then says so); it must never understand otherwise.
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Cell, Field } from "../src/api/types";
import { bringTypes, fieldTypes, sayCell } from "../src/fields";

await bringTypes();

interface Case { raw: unknown; plain?: unknown; refused?: string; ru?: string; options?: object }
interface Table { type: string; options: object; cases: Case[] }

const FOLDER = resolve(import.meta.dirname, "../../tests/cases");
const tables: readonly Table[] = readdirSync(FOLDER)
  .map((name) => JSON.parse(readFileSync(resolve(FOLDER, name), "utf8")) as Table)
  .filter((table) => table.type in fieldTypes);

// What the browser must understand, not merely may: the ways people type on this screen.
const MUST: Record<string, readonly string[]> = {
  money: ["1 200,50 ₽", "1200.5", "1 200 руб.", "5 р", "$100", "-$5", "100 usd", "5 000 BYN"],
  percent: ["15,5 %", "15.5%"],
  date: ["03.11.2026", "2026-11-03"],
  duration: ["1 ч 30 мин", "1ч30м", "1:30", "1,5 часа", "0.1 ч", "90 минут", "2 дня 3 часа", "2h 15m", "−1 ч 30 мин", "0 мин"],
};

const fieldOf = (type: string, options: object): Field =>
  ({ key: "x", number: 1, title: "X", type, options, required: false, unique: false, role: "", right: "edit", system: false, hint: "", operators: [], sortable: true, aggregates: [] }) as unknown as Field;

const numeric = (cell: unknown): unknown => {
  if (Array.isArray(cell)) return cell.map(numeric);
  return typeof cell === "string" && /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
};

for (const { type, options, cases } of tables) describe(type, () => {
  const entry = fieldTypes[type]?.entry;
  const typed = cases.filter((one) => typeof one.raw === "string" && one.raw.trim() !== "");
  const checked = new Set(["money", "percent", "decimal", "integer", "date", "duration"]);

  it("is known to the browser", () => expect(fieldTypes[type]).toBeDefined());

  if (!entry || !checked.has(type)) return;

  for (const one of typed) it(`never understands «${String(one.raw)}» otherwise than the server`, () => {
    const field = fieldOf(type, { ...options, ...one.options });
    const read = entry.read(one.raw as string, field);
    if ("problem" in read) expect(MUST[type] ?? []).not.toContain(one.raw);
    else {
      expect(one.refused, `the server refuses «${String(one.raw)}», the browser reads ${JSON.stringify(read.cell)}`).toBeUndefined();
      expect(numeric(read.cell)).toEqual(numeric(one.plain));
    }
  });
});

describe("money is said as the server says it", () => {
  const table = tables.find((one) => one.type === "money");
  const said: readonly Case[] = (table?.cases ?? []).filter((one) => one.plain && one.ru && ["RUB", "EUR", "USD"].includes(String((one.plain as string[])[1])));

  for (const one of said) it(JSON.stringify(one.plain), () => {
    const ours = sayCell(fieldOf("money", {}), one.plain as Cell).replace(/[\u00a0\u202f]/g, " ").replace("-", "−");
    expect(ours).toBe(String(one.ru).replace(/[\u00a0\u202f]/g, " "));
  });
});

describe("a length of time is said as the server says it", () => {
  const table = tables.find((one) => one.type === "duration");
  for (const one of (table?.cases ?? []).filter((one) => one.plain != null && one.ru)) it(String(one.plain), () => {
    expect(sayCell(fieldOf("duration", {}), one.plain as Cell).replace(/\u00a0/g, " ")).toBe(String(one.ru).replace(/\u00a0/g, " "));
  });
});
