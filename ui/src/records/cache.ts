/** One normalised cache of records: list, board and card show the same reactive record, so a change made in one
    place is seen in all without asking again. */
import { shallowReactive } from "vue";
import type { Cell, RecordView } from "../api/types";

export interface Rec {
  readonly entity: string;
  readonly id: number;
  version: number;
  label: string;
  deleted_at: string | null;
  rights: RecordView["rights"] | null;
  readonly values: Record<string, Cell>;
}

// Enough for a long day of scrolling; beyond it records nobody shows are forgotten, oldest first.
const MOST = 20_000;
const cache = new Map<string, Rec>();
const name = (entity: string, id: number): string => `${entity}/${id}`;

export const peek = (entity: string, id: number): Rec | undefined => cache.get(name(entity, id));

function keep(entity: string, id: number, version: number): Rec {
  const key = name(entity, id);
  const found = cache.get(key);
  if (found) return found;
  if (cache.size >= MOST) cache.delete(cache.keys().next().value ?? "");
  const values: Record<string, Cell> = shallowReactive<Record<string, Cell>>({});
  const made: Rec = shallowReactive<Rec>({ entity, id, version, label: "", deleted_at: null, rights: null, values });
  cache.set(key, made);
  return made;
}

export function putView(view: RecordView): Rec {
  const rec = keep(view.entity, view.id, view.version);
  Object.assign(rec, { version: view.version, label: view.label, deleted_at: view.deleted_at, rights: view.rights });
  Object.assign(rec.values, view.values);
  return rec;
}

/** Rows of a page: cells in the order of `columns`, always with id and version. */
export function putRows(entity: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Rec[] {
  const idAt = columns.indexOf("id");
  const versionAt = columns.indexOf("version");
  return rows.map((row) => {
    const rec = keep(entity, Number(row[idAt]), Number(row[versionAt]));
    rec.version = Number(row[versionAt]);
    columns.forEach((column, index) => {
      if (index !== idAt && index !== versionAt) rec.values[column] = row[index] ?? null;
    });
    const label = rec.values["label"];
    if (typeof label === "string") rec.label = label;
    return rec;
  });
}

export const forget = (entity: string, id: number): void => void cache.delete(name(entity, id));
