import { describe, expect, it } from "vitest";
import { dropGroup, inMenu, moveGroup, place, readMenu, step, writeMenu } from "../src/pages/configurator/looks/menuModel";
import { dropped, rowsOf, stepped, under, type Value } from "../src/pages/configurator/looks/valuesModel";

const MENU = [{ entity: "deal", group: "" }, { entity: "company", group: "" }, { entity: "product", group: "Склад" }, { entity: "task", group: "" }];

describe("the menu being arranged", () => {
  it("is written by groups, in their order", () => {
    expect(writeMenu(readMenu(MENU))).toEqual([{ entity: "deal" }, { entity: "company" }, { entity: "task" }, { entity: "product", group: "Склад" }]);
  });
  it("takes an entry into another group, out of the menu, and by steps over the edge of a group", () => {
    const groups = readMenu(MENU);
    const store = groups[1]!.id;
    expect(writeMenu(place(groups, "deal", store, 0)).map((one) => one.entity)).toEqual(["company", "task", "deal", "product"]);
    expect([...inMenu(place(groups, "deal", "", 0))]).toEqual(["company", "task", "product"]);
    expect(writeMenu(step(groups, "task", 1)).at(-2)).toEqual({ entity: "task", group: "Склад" });
    expect(writeMenu(step(groups, "deal", -1))).toEqual(writeMenu(groups));
  });
  it("moves groups and gives the entries of a dropped one to its neighbour", () => {
    const groups = readMenu(MENU);
    expect(moveGroup(groups, groups[1]!.id, 0).map((one) => one.title)).toEqual(["Склад", ""]);
    expect(writeMenu(dropGroup(groups, groups[1]!.id)).map((one) => one.entity)).toEqual(["deal", "company", "task", "product"]);
  });
});

const value = (id: number, order: number | null, parent: number | null = null): Value => ({ id, version: 1, title: `v${id}`, order, hue: null, archived: false, parent });
const VALUES = [value(1, 10), value(2, 20), value(3, 10, 2), value(4, 20, 2), value(5, 30)];
const shape = (values: readonly Value[]): string => rowsOf(values).map((row) => `${"-".repeat(row.depth)}${row.value.id}`).join(" ");
const after = (moved: readonly { id: number; order: number; parent: number | null }[]): string =>
  shape(VALUES.map((one) => ({ ...one, ...moved.find((each) => each.id === one.id) })));

describe("the values of a dictionary", () => {
  it("stand as a tree; what points at nobody or in a circle is still there", () => {
    expect(shape(VALUES)).toBe("1 2 -3 -4 5");
    expect(shape([value(1, 1, 2), value(2, 1, 1), value(3, null, 99)])).toBe("3 1 2");
  });
  it("let go between rows become neighbours of the next one and take what is below them along", () => {
    expect(after(dropped(VALUES, 5, 0))).toBe("5 1 2 -3 -4");
    expect(after(dropped(VALUES, 1, 1))).toBe("2 -1 -3 -4 5");
    expect(after(dropped(VALUES, 2, 0))).toBe("2 -3 -4 1 5");
    expect(after(dropped(VALUES, 1, 4))).toBe("2 -3 -4 5 1");
  });
  it("go by keys up and down, in and out, and never below themselves", () => {
    expect(after(stepped(VALUES, 4, "up"))).toBe("1 2 -4 -3 5");
    expect(after(stepped(VALUES, 1, "down"))).toBe("2 -3 -4 1 5");
    expect(after(stepped(VALUES, 2, "in"))).toBe("1 -2 --3 --4 5");
    expect(after(stepped(VALUES, 3, "out"))).toBe("1 2 -4 3 5");
    expect(stepped(VALUES, 1, "up")).toEqual([]);
    expect(under(VALUES, 2, 3, null)).toEqual([]);
  });
  it("write only what has changed", () => {
    expect(stepped(VALUES, 4, "up")).toEqual([{ id: 4, order: 10, parent: 2 }, { id: 3, order: 20, parent: 2 }]);
  });
});
