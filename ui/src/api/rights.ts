/** What each role may do with each object. */
import { request } from "./http";

export type Named = readonly [key: string, title: string];
export type Said = Readonly<Record<string, string>>;

/** verbs: verb -> scope;  fields: "hidden" | "read";  stages: "hidden" | "read" | "enter" | "keep".  Of the role itself, without what it inherits. */
export interface GrantTold {
  readonly verbs: Said;
  readonly fields: Said;
  readonly stages: Said;
  /** A formula narrows it besides; what it says stands in the source. */
  readonly rule: boolean;
  readonly rules: readonly string[];
}

export interface RoleRights {
  readonly key: string;
  readonly title: string;
  readonly people: number;
  readonly parent: string;
  /** With the inherited ones. */
  readonly abilities: readonly string[];
  readonly grants: Readonly<Record<string, GrantTold>>;
}

export interface EntityRow {
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly fields: readonly Named[];
  readonly stages: readonly Named[];
}

export interface Rights {
  readonly revision: number;
  readonly verbs: readonly Named[];
  readonly scopes: readonly Named[];
  readonly abilities: readonly Named[];
  readonly roles: readonly RoleRights[];
  readonly entities: readonly EntityRow[];
}

export const readRights = (): Promise<Rights> => request("GET", "/api/rights");
