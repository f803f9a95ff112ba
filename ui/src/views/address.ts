/** The question of a list in its address: …?view=all&where=[["stage","is",["new"]]]&sort=-amount&group=stage&q=насос&at=week:2026-11-24

    With `view` the address says all of it, and a sent link shows the same; without, a person finds what he left. */
import type { LocationQuery } from "vue-router";
import type { Cell } from "../api/types";
import type { Condition } from "../fields";
import { isAsked, isGroup, partId, type Part } from "./asked";

export interface Address {
  readonly asked: readonly Part[] | null;
  readonly sort: readonly string[] | null;
  readonly group: string | null;
  readonly search: string | null;
  /** What a kind of view shows now: the month of a calendar, "week:2026-11-24". */
  readonly at: string | null;
}

type Written = string | readonly Cell[] | { readonly any: readonly Written[] } | { readonly all: readonly Written[] };

const DEEPEST = 8;

export function writeParts(parts: readonly Part[]): string {
  return JSON.stringify(parts.map(written));
}

function written(part: Part): Written {
  if (isGroup(part)) return part.any ? { any: part.parts.map(written) } : { all: part.parts.map(written) };
  return isAsked(part) ? [part.field, part.condition, part.value] : part.text;
}

// What a person types into an address may be anything: what is not understood is not asked.
export function readParts(text: string): readonly Part[] {
  try {
    return several(JSON.parse(text), 0);
  } catch {
    return [];
  }
}

const several = (found: unknown, deep: number): readonly Part[] =>
  (Array.isArray(found) ? found : []).map((one: unknown) => read(one, deep)).filter((one): one is Part => one !== null);

function read(one: unknown, deep: number): Part | null {
  if (typeof one === "string") return { id: partId(), text: one };
  if (Array.isArray(one)) {
    const [field, condition, value] = one as unknown[];
    return typeof field === "string" && typeof condition === "string" ? { id: partId(), field, condition: condition as Condition, value: (value ?? null) as Cell } : null;
  }
  if (typeof one !== "object" || one === null || deep > DEEPEST) return null;
  if ("any" in one) return { id: partId(), any: true, parts: several(one.any, deep + 1) };
  return "all" in one ? { id: partId(), any: false, parts: several(one.all, deep + 1) } : null;
}

const text = (query: LocationQuery, name: string): string | null => (typeof query[name] === "string" ? query[name] : null);

export function readAddress(query: LocationQuery): Address {
  const where = text(query, "where");
  const sort = text(query, "sort");
  return {
    asked: where === null ? null : readParts(where), sort: sort === null ? null : sort.split(",").filter(Boolean),
    group: text(query, "group"), search: text(query, "q"), at: text(query, "at"),
  };
}
