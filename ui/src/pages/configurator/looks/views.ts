/** Shared views as they are written, and as they are put back. */
import type { Edit, EntityTable, TitleTable } from "../../../api/configurator";
import type { Entity, View } from "../../../api/types";
import { titleOf } from "../form/model";

/** As the schema shows it, the title with all its forms. */
export interface ViewTable extends Omit<View, "title"> {
  readonly title: TitleTable;
}

const KNOWN = ["key", "title", "kind", "columns", "filter", "sort", "group", "total", "pipeline"];
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

export function readViews(table: EntityTable, shown: Entity): readonly ViewTable[] {
  const written = table.view ?? [];
  if (!written.length) return shown.views.map(fromShown);
  return written.map((one) => ({
    key: String(one["key"]), title: titleOf(one["title"]), kind: String(one["kind"] ?? "list"), columns: texts(one["columns"]), filter: String(one["filter"] ?? ""),
    sort: texts(one["sort"]), group: String(one["group"] ?? ""), total: String(one["total"] ?? ""), pipeline: String(one["pipeline"] ?? ""),
    options: Object.fromEntries(Object.entries(one).filter(([name, value]) => !KNOWN.includes(name) && typeof value === "string").map(([name, value]) => [name, String(value)])),
  }));
}

const fromShown = (view: View): ViewTable => ({
  key: view.key, title: { ru: view.title }, kind: view.kind, columns: view.columns, filter: view.filter, sort: view.sort, group: view.group, total: view.total, pipeline: view.pipeline, options: view.options ?? {},
});

export const isWritten = (table: EntityTable): boolean => (table.view ?? []).length > 0;

/** As put_view takes it: a setting that is empty now is taken away (null), where it was written before. */
export function viewTable(view: ViewTable, before: ViewTable | null): Readonly<Record<string, unknown>> {
  const told: Record<string, unknown> = { ...(view.key ? { key: view.key } : {}), title: view.title, kind: view.kind };
  for (const name of ["columns", "sort"] as const) told[name] = view[name].length ? view[name] : null;
  for (const name of ["filter", "group", "total", "pipeline"] as const) told[name] = view[name] || null;
  for (const name of Object.keys(before?.options ?? {})) told[name] = null;
  Object.assign(told, view.options);
  return before ? told : Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
}

/** Views that nobody has written are written down with the first change of one, so that the rest stays. */
export const writtenDown = (table: EntityTable, views: readonly ViewTable[]): readonly Edit[] =>
  isWritten(table) ? [] : views.map((view) => ({ do: "put_view", entity: table.key, view: viewTable(view, null) }));
