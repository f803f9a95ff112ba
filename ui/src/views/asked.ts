/** A condition as people put it together: on a field, a group of «и» or «или», or a formula that was typed. */
import type { Cell } from "../api/types";
import { fieldType, type Condition } from "../fields";
import { all, any } from "../fields/formula";
import { findField, type Entity } from "../schema";

export interface Asked {
  readonly id: number;
  readonly field: string;
  readonly condition: Condition;
  readonly value: Cell;
}

export interface AskedGroup {
  readonly id: number;
  /** True: any of the parts suffices. */
  readonly any: boolean;
  readonly parts: readonly Part[];
}

/** By keys, as the server keeps formulas. */
export interface AskedText {
  readonly id: number;
  readonly text: string;
}

export type Part = Asked | AskedGroup | AskedText;

export const isAsked = (part: Part): part is Asked => "field" in part;
export const isGroup = (part: Part): part is AskedGroup => "parts" in part;

let last = Date.now();
export const partId = (): number => ++last;

/** "" while the value is not given: it asks nothing yet. */
export function clauseOf(entity: Entity, part: Part): string {
  if (isGroup(part)) {
    const clauses = part.parts.map((one) => clauseOf(entity, one));
    return part.any ? any(clauses) : all(clauses);
  }
  if (!isAsked(part)) return part.text;
  const field = findField(entity, part.field);
  return field ? fieldType(field).ask.clause(part.field, part.condition, part.value, field) : "";
}

export function isKnownPart(entity: Entity, part: Part): boolean {
  if (isGroup(part)) return part.parts.every((one) => isKnownPart(entity, one));
  return !isAsked(part) || findField(entity, part.field) !== null;
}
