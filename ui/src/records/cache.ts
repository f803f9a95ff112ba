/** One normalised cache of records: list, board and card show the same reactive record, so a change made in one
    place is seen in all without asking again. */
import { shallowReactive } from "vue";
import type { Cell, FormState, RecordView } from "../api/types";

export interface Rec {
  readonly entity: string;
  readonly id: number;
  version: number;
  label: string;
  deleted_at: string | null;
  rights: RecordView["rights"] | null;
  /** What the conditions of the card say of it, and of which version they say it; rows of lists do not bring it. */
  form?: { readonly version: number; readonly state: FormState } | null;
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
  const made: Rec = shallowReactive<Rec>({ entity, id, version, label: "", deleted_at: null, rights: null, form: null, values });
  cache.set(key, made);
  return made;
}

// A record somebody is typing into keeps its version: saved over a newer one it must be told apart, not written over.
const held = new Map<Rec, number>();
const behind = new Set<Rec>();
let whenFreed: (rec: Rec) => void = () => {};

export const isHeld = (rec: Rec): boolean => held.has(rec);

/** Called with a record that was not brought up to date while it was held. */
export const onFreed = (listener: (rec: Rec) => void): void => void (whenFreed = listener);

/** Until the returned function is called, rows that come do not change the record. */
export function hold(rec: Rec): () => void {
  held.set(rec, (held.get(rec) ?? 0) + 1);
  let over = false;
  return () => {
    if (over) return;
    over = true;
    const left = (held.get(rec) ?? 1) - 1;
    if (left) return void held.set(rec, left);
    held.delete(rec);
    if (behind.delete(rec)) whenFreed(rec);
  };
}

// What a person has changed and the server does not have yet stays on the screen, whatever is read meanwhile.
let coverOf: (rec: Rec) => Readonly<Record<string, Cell>> | null = () => null;

/** Asked about every record that is read: values on their way to the server, null when there are none. */
export const onRead = (cover: typeof coverOf): void => void (coverOf = cover);

/** The answer about one record, asked for by the person himself: it is taken whatever is being typed. */
export function putView(view: RecordView): Rec {
  const rec = keep(view.entity, view.id, view.version);
  Object.assign(rec, { version: view.version, label: view.label, deleted_at: view.deleted_at, rights: view.rights, form: view.form ? { version: view.version, state: view.form } : null });
  Object.assign(rec.values, view.values, coverOf(rec));
  return rec;
}

/** Rows of a page: cells in the order of `columns`, always with id and version. */
export function putRows(entity: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Rec[] {
  const idAt = columns.indexOf("id");
  const versionAt = columns.indexOf("version");
  return rows.map((row) => {
    const rec = keep(entity, Number(row[idAt]), Number(row[versionAt]));
    const version = Number(row[versionAt]);
    if (held.has(rec) && version > rec.version) behind.add(rec);
    // Of a held one, and of an answer that was overtaken by a newer, only what was not known yet is taken.
    const late = held.has(rec) || version < rec.version;
    if (!late) rec.version = version;
    columns.forEach((column, index) => {
      if (index !== idAt && index !== versionAt && !(late && column in rec.values)) rec.values[column] = row[index] ?? null;
    });
    const cover = coverOf(rec);
    if (cover) Object.assign(rec.values, cover);
    const label = rec.values["label"];
    if (typeof label === "string") rec.label = label;
    return rec;
  });
}

export const forget = (entity: string, id: number): void => void cache.delete(name(entity, id));
