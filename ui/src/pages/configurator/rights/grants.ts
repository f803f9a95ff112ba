/** A role while its rights are being changed, and as it is written then: what was not touched stays as it stood. */
import type { GrantTold, Rights, RoleRights, Said } from "../../../api/rights";

export type Table = Readonly<Record<string, unknown>>;

/** rule, rules: text of formulas, over all acts and over one. */
export interface Grant {
  readonly verbs: Said;
  readonly fields: Said;
  readonly stages: Said;
  readonly rule: string;
  readonly rules: Said;
}
export const NOTHING: Grant = { verbs: {}, fields: {}, stages: {}, rule: "", rules: {} };

export interface Draft {
  readonly parent: string;
  /** Its own. */
  readonly abilities: readonly string[];
  readonly grants: Readonly<Record<string, Grant>>;
}

/** What speaks of the object in the role as it is written: its own key, else all of its kind, else all. */
function writtenFor(grants: Table, entity: string, kind: string): Table {
  const found = grants[entity] ?? grants[`*${kind}`] ?? grants["*"];
  return typeof found === "object" && found !== null ? (found as Table) : {};
}

/** The draft of a role nobody has touched yet.  table: as it stands in the source. */
export function draftOf(role: RoleRights, table: Table, kinds: Said): Draft {
  const said = (table["grants"] ?? {}) as Table;
  const grants = Object.fromEntries(Object.entries(role.grants).map(([entity, told]) => [entity, grantOf(told, writtenFor(said, entity, kinds[entity] ?? "record"))]));
  return { parent: role.parent, abilities: [...((table["abilities"] ?? []) as string[])].sort(), grants };
}
const grantOf = (told: GrantTold, table: Table): Grant =>
  ({ verbs: told.verbs, fields: told.fields, stages: told.stages, rule: String(table["rule"] ?? ""), rules: (table["rules"] ?? {}) as Said });

/** The same map with one right said otherwise; "" takes it away. */
export function said(of: Said, key: string, right: string): Said {
  const { [key]: _, ...rest } = of;
  return right ? { ...rest, [key]: right } : rest;
}

/** How many rights differ. */
export function countChanges(was: Draft, now: Draft): number {
  const entities = new Set([...Object.keys(was.grants), ...Object.keys(now.grants)]);
  let count = Number(was.parent !== now.parent) + differing(Object.fromEntries(was.abilities.map((one) => [one, "1"])), Object.fromEntries(now.abilities.map((one) => [one, "1"])));
  for (const entity of entities) {
    const one = was.grants[entity] ?? NOTHING;
    const other = now.grants[entity] ?? NOTHING;
    count += Number(one.rule !== other.rule) + differing(one.verbs, other.verbs) + differing(one.fields, other.fields) + differing(one.stages, other.stages) + differing(one.rules, other.rules);
  }
  return count;
}
const differing = (one: Said, other: Said): number => [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => one[key] !== other[key]).length;

/** The table to put.  Only objects whose rights differ are written out; a star goes on speaking of the others. */
export function written(table: Table, was: Draft, now: Draft, kinds: Said): Table {
  const grants: Record<string, unknown> = { ...((table["grants"] ?? {}) as Table) };
  for (const [entity, grant] of Object.entries(now.grants)) {
    if (same(grant, was.grants[entity] ?? NOTHING)) continue;
    if (same(grant, NOTHING)) {
      delete grants[entity];
      if (`*${kinds[entity] ?? "record"}` in grants || "*" in grants) grants[entity] = {};
    } else {
      grants[entity] = { ...grant.verbs, ...filled("rule", grant.rule), ...filled("rules", grant.rules), ...filled("fields", grant.fields), ...filled("on_stage", grant.stages) };
    }
  }
  const { origin: _, parent: __, ...rest } = table;
  return { ...rest, ...filled("parent", now.parent), abilities: now.abilities, grants };
}
const filled = (name: string, value: string | Said): Table => ((typeof value === "string" ? value : Object.keys(value).length) ? { [name]: value } : {});
const flat = (grant: Grant): string => JSON.stringify([grant.verbs, grant.fields, grant.stages, grant.rules].map((one) => Object.entries(one).sort()).concat([[["rule", grant.rule]]]));
export const same = (one: Grant, other: Grant): boolean => flat(one) === flat(other);

/** The roles it inherits from, the nearest first; a circle ends where it began. */
export function ancestors(rights: Rights, key: string, parent: string): readonly RoleRights[] {
  const found: RoleRights[] = [];
  for (let next = parent; next && next !== key && !found.some((one) => one.key === next);) {
    const role = rights.roles.find((one) => one.key === next);
    if (!role) break;
    found.push(role);
    next = role.parent;
  }
  return found;
}

/** Roles it may inherit from: none of those that inherit from it. */
export const possibleParents = (rights: Rights, key: string): readonly RoleRights[] =>
  rights.roles.filter((one) => one.key !== key && !ancestors(rights, one.key, one.parent).some((above) => above.key === key));
