/** The plan of an import as a person edits it: plain functions from plan to plan. */
import type { ColumnPlan, FileColumn, Plan, SavedPlan } from "../../api/imports";
import type { Json } from "../../api/types";
import { fieldType } from "../../fields";
import { findEntity, stageField, type Entity, type Field } from "../../schema";
import { t } from "../../words";
import { CalendarClock, Hash, Type } from "@lucide/vue";
import type { Component } from "vue";

/** Where a column may go: a field, the date of a stage, the record's number, its whole name. */
export interface Target {
  readonly key: string;
  readonly title: string;
  readonly icon: Component;
  readonly field: Field | null;
}

export function targetsOf(entity: Entity): readonly Target[] {
  const fields = entity.fields
    .filter((field) => field.right === "edit" && !field.system && field.operators.some((one) => one !== "empty"))
    .map((field): Target => ({ key: field.key, title: field.required ? `${field.title} *` : field.title, icon: fieldType(field).icon, field }));
  const whole: readonly Target[] = entity.label_field === null ? [{ key: "label", title: t("import.whole_label"), icon: Type, field: null }] : [];
  return [...whole, ...fields, ...stageDates(entity), { key: "id", title: t("import.record_id"), icon: Hash, field: null }];
}

function stageDates(entity: Entity): readonly Target[] {
  const stage = stageField(entity);
  if (!stage) return [];
  const date = (key: string, title: string): Target => ({ key: `${stage.key}@${key}`, title, icon: CalendarClock, field: null });
  const stages = entity.pipelines.flatMap((pipeline) => pipeline.stages).filter((one) => !one.ends);
  return [...stages.map((one) => date(one.key, t("import.stage_date", { stage: one.title }))), date("end", t("import.end_date"))];
}

export const isStageDate = (key: string): boolean => key.includes("@");

/** Objects whose records the value of a field is looked up among; null when the field is no link. */
export const linkedTo = (field: Field | null): readonly string[] | null => field?.options.to ?? null;

/** Fields a linked record may be found by besides its name: texts of one's own, as numbers and dates name nobody. */
export function matchFields(to: readonly string[]): readonly Field[] {
  const target = to.length === 1 && to[0] !== undefined ? findEntity(to[0]) : null;
  return target?.fields.filter(namesRecord) ?? [];
}

/** Whether values of the field can tell one record from others. */
export const namesRecord = (field: Field): boolean =>
  !field.system && field.options.options === undefined && field.options.to === undefined && field.operators.includes("=") && (field.unique || field.operators.includes("contains") || field.operators.includes("starts"));

export function wholePlan(entity: string, told: Partial<Plan>): Plan {
  return {
    entity, columns: told.columns ?? [], sheet: told.sheet ?? 0, header_row: told.header_row ?? 1, keys: told.keys ?? [],
    existing: told.existing ?? "skip", absent: told.absent ?? "create", history: told.history ?? false,
    dates: told.dates ?? null, decimal: told.decimal ?? null, constants: told.constants ?? {},
  };
}

/** Put the column into a field; `before` is what the same place said, null when it is one more.  "" leaves it out. */
export function aim(plan: Plan, column: number, before: string | null, field: string): Plan {
  const columns = [...plan.columns];
  const place = before === null ? -1 : columns.findIndex((one) => one.column === column && one.field === before);
  if (!field) columns.splice(place, place === -1 ? 0 : 1);
  else if (place === -1) columns.push({ column, field });
  else columns[place] = { column, field };
  return withColumns(plan, columns.sort((left, right) => left.column - right.column));
}

export const refine = (plan: Plan, one: ColumnPlan, change: Partial<ColumnPlan>): Plan =>
  withColumns(plan, plan.columns.map((column) => (column.column === one.column && column.field === one.field ? { ...column, ...change } : column)));

/** Keys whose column is gone are gone too. */
function withColumns(plan: Plan, columns: readonly ColumnPlan[]): Plan {
  return { ...plan, columns, keys: plan.keys.filter((key) => columns.some((column) => column.field === key)) };
}

export type Meaning = { readonly kind: "value"; readonly value: Json } | { readonly kind: "create" } | { readonly kind: "empty" } | null;

export function meaningOf(column: ColumnPlan, value: string): Meaning {
  if (column.create?.includes(value)) return { kind: "create" };
  const values = column.values ?? {};
  if (!(value in values)) return null;
  const chosen = values[value] ?? null;
  return chosen === null ? { kind: "empty" } : { kind: "value", value: chosen };
}

export function mean(plan: Plan, column: ColumnPlan, value: string, meaning: Meaning): Plan {
  const { [value]: _, ...rest } = column.values ?? {};
  const create = (column.create ?? []).filter((one) => one !== value);
  return refine(plan, column, {
    values: meaning === null || meaning.kind === "create" ? rest : { ...rest, [value]: meaning.kind === "value" ? meaning.value : null },
    create: meaning?.kind === "create" ? [...create, value] : create,
  });
}

export const columnName = (column: FileColumn): string => column.title || t("import.column_named", { name: letters(column.column) });

/** 0 -> A, 26 -> AA, as a spreadsheet says it. */
export function letters(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest ? letters(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

export function savedOf(title: string, plan: Plan, columns: readonly FileColumn[]): SavedPlan {
  const used = columns.filter((column) => plan.columns.some((one) => one.column === column.column));
  return { title, plan, heads: Object.fromEntries(used.map((column) => [String(column.column), column.title])) };
}

/** A saved plan for this file: columns are found by their headings, and only without one by their numbers. */
export function applySaved(saved: SavedPlan, plan: Plan, columns: readonly FileColumn[]): Plan {
  const place = (number: number): number => {
    const head = saved.heads?.[String(number)]?.trim().toLocaleLowerCase();
    const found = head ? columns.find((column) => column.title.trim().toLocaleLowerCase() === head) : columns[number];
    return found?.column ?? -1;
  };
  const moved = saved.plan.columns.map((one) => ({ ...one, column: place(one.column) })).filter((one) => one.column !== -1);
  const told = wholePlan(plan.entity, { ...saved.plan, sheet: plan.sheet, header_row: plan.header_row });
  return withColumns(told, moved);
}
