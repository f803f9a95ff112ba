/** Records carried to another day: shown at once, kept, with the way back in the message. */
import type { Cell, Field } from "../api/types";
import { toast } from "../kit/toast";
import type { Rec } from "../records/cache";
import { save } from "../records/save";
import { t } from "../words";
import { sayDayLong } from "../words/format";
import { dayOfCell, shiftCell, shiftMinutes } from "./days";

type Values = Record<string, Cell>;

function changed(rec: Rec, fields: readonly (Field | null)[], change: (cell: Cell) => Cell): Values {
  const values: Values = {};
  for (const field of fields) {
    const cell = field ? (rec.values[field.key] ?? null) : null;
    if (field && cell !== null) values[field.key] = change(cell);
  }
  return values;
}

/** What is said about it: that it moved, or that it stayed. */
export async function put(rec: Rec, values: Values, where: string): Promise<string> {
  const before: Values = Object.fromEntries(Object.keys(values).map((key) => [key, rec.values[key] ?? null]));
  if (!(await save(rec, values))) return t("view.stayed", { label: rec.label });
  const text = t("view.moved", { label: rec.label, where });
  toast(text, { action: { title: t("do.undo"), run: () => void save(rec, before) } });
  return text;
}

export function move(rec: Rec, fields: readonly (Field | null)[], days: number): Promise<string> {
  const values = changed(rec, fields, (cell) => shiftCell(cell, days));
  return put(rec, values, sayDayLong(dayOfCell(Object.values(values)[0] ?? null) ?? ""));
}

export async function nudge(rec: Rec, fields: readonly (Field | null)[], minutes: number): Promise<string> {
  return (await save(rec, changed(rec, fields, (cell) => shiftMinutes(cell, minutes)))) ? t("view.nudged", { label: rec.label }) : t("view.stayed", { label: rec.label });
}
