import { describe, expect, it } from "vitest";
import type { Rights, RoleRights } from "../src/api/rights";
import { ancestors, countChanges, draftOf, NOTHING, possibleParents, said, written } from "../src/pages/configurator/rights/grants";

const told = (verbs: Record<string, string>) => ({ verbs, fields: {}, stages: {}, rule: false, rules: [] });
const role = (key: string, parent = "", grants = {}): RoleRights => ({ key, title: key, people: 1, parent, abilities: [], grants });
const KINDS = { deal: "record", source: "dictionary" };

describe("a role whose rights are changed", () => {
  const table = { key: "manager", origin: "sales", title: { ru: "Менеджер" }, home: { block: [] }, grants: { "*dictionary": { see: "all" }, deal: { see: "own", rule: "amount > 1", rules: { change: "amount < 9" } } } };
  const was = draftOf(role("manager", "", { deal: told({ see: "own" }), source: told({ see: "all" }) }), table, KINDS);

  it("keeps what was not touched as it is written, a star included", () => {
    const deal = { ...was.grants["deal"]!, verbs: said(was.grants["deal"]!.verbs, "delete", "own"), stages: { won: "read" } };
    const now = { ...was, parent: "junior", grants: { ...was.grants, deal } };
    expect(countChanges(was, now)).toBe(3);
    expect(written(table, was, now, KINDS)).toEqual({
      key: "manager", title: { ru: "Менеджер" }, home: { block: [] }, parent: "junior", abilities: [],
      grants: { "*dictionary": { see: "all" }, deal: { see: "own", delete: "own", rule: "amount > 1", rules: { change: "amount < 9" }, on_stage: { won: "read" } } },
    });
  });

  it("says nothing of an object rather than letting a star speak of it again", () => {
    const now = { ...was, grants: { ...was.grants, source: NOTHING, deal: NOTHING } };
    expect(written(table, was, now, KINDS)["grants"]).toEqual({ "*dictionary": { see: "all" }, source: {} });
  });

  it("is not changed by what was put back", () => {
    const there = { ...was, grants: { ...was.grants, deal: { ...was.grants["deal"]!, verbs: said(said({ see: "own" }, "see", "all"), "see", "own") } } };
    expect(countChanges(was, there)).toBe(0);
  });
});

it("inherits along the line, and never from who inherits from it", () => {
  const rights = { roles: [role("a"), role("b", "a"), role("c", "b"), role("d")] } as unknown as Rights;
  expect(ancestors(rights, "c", "b").map((one) => one.key)).toEqual(["b", "a"]);
  expect(possibleParents(rights, "b").map((one) => one.key)).toEqual(["a", "d"]);
  expect(ancestors(rights, "a", "c").map((one) => one.key)).toEqual(["c", "b"]);
});
