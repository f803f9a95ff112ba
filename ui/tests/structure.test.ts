import { expect, test } from "vitest";
import type { Structure } from "../src/api/structure";
import { draw, every, holds, matches, moved, wayTo } from "../src/pages/people/structure/chart";

const told = {
  departments: [
    { id: 1, label: "Компания", parent: null, head: [11, "Мария"], deputies: [] },
    { id: 2, label: "Продажи", parent: [1, "Компания"], head: [12, "Игорь"], deputies: [[13, "Ольга"]] },
    { id: 3, label: "Опт", parent: [1, "Компания"], head: null, deputies: [] },
    { id: 4, label: "Юг", parent: [2, "Продажи"], head: null, deputies: [] },
  ],
  people: [
    { id: 11, label: "Мария", position_title: "Директор", department: null, departments: [] },
    { id: 12, label: "Игорь", position_title: "РОП", department: [2, "Продажи"], departments: [] },
    { id: 13, label: "Ольга", position_title: "Менеджер", department: [2, "Продажи"], departments: [[3, "Опт"]] },
    { id: 14, label: "Пётр", position_title: "Менеджер", department: [4, "Юг"], departments: [] },
    { id: 15, label: "Артём", position_title: "", department: null, departments: [] },
  ],
  vacancies: [{ id: 31, label: "Курьер", department: [3, "Опт"] }, { id: 32, label: "Юрист", department: null }],
  absences: [],
} as unknown as Structure;
const boxes = draw(told);
const at = (id: number) => [...every(boxes)].find((box) => box.id === id)!;

test("departments stand beneath each other with heads, deputies, people and vacancies; people of none come last", () => {
  expect(boxes.map((box) => box.id)).toEqual([1, 0]);
  expect(at(1).below.map((box) => box.title)).toEqual(["Опт", "Продажи"]);
  expect([at(2).head?.label, at(2).deputies.map((one) => one.label), at(2).people]).toEqual(["Игорь", ["Ольга"], []]);
  expect(at(3).people.map((one) => one.label)).toEqual(["Ольга"]);
  expect([at(3).vacancies.map((one) => one.label), at(0).vacancies.map((one) => one.label)]).toEqual([["Курьер"], ["Юрист"]]);
  expect([at(1).total, at(2).total, at(0).people.map((one) => one.label)]).toEqual([4, 3, ["Артём"]]);
});

test("a circle in old data hides nobody", () => {
  const loop = draw({ ...told, departments: [{ id: 1, label: "А", parent: [2, "Б"] }, { id: 2, label: "Б", parent: [1, "А"] }] } as unknown as Structure);
  expect([...every(loop)].map((box) => box.id).sort()).toEqual([0, 1, 2]);
});

test("a search finds people and departments and the way to them", () => {
  expect(matches(boxes, "петр")).toEqual(["p14"]);
  expect(matches(boxes, "менеджер")).toEqual(["p13", "p14"]);
  expect(matches(boxes, " ")).toEqual([]);
  expect(wayTo(boxes, "p14")).toEqual([1, 2, 4]);
  expect(wayTo(boxes, "d4")).toEqual([1, 2]);
  expect(wayTo(boxes, "d1")).toEqual([]);
});

test("a department goes neither into itself nor into what is beneath it", () => {
  expect([holds(boxes, 1, 4), holds(boxes, 2, 2), holds(boxes, 4, 2), holds(boxes, 3, 2)]).toEqual([true, true, false, false]);
});

test("a person changes the department he is taken from, the main one or another", () => {
  const titles = new Map([[2, "Продажи"], [3, "Опт"], [4, "Юг"]]);
  const olga = at(2).deputies[0]!;
  expect(moved(olga, 2, at(4), titles)).toEqual({ department: [4, "Юг"], departments: [[3, "Опт"]] });
  expect(moved(olga, 2, at(3), titles)).toEqual({ department: [3, "Опт"], departments: [] });
  expect(moved(olga, 3, at(4), titles)).toEqual({ departments: [[4, "Юг"]] });
  expect(moved(olga, 2, at(0), titles)).toEqual({ department: null, departments: [[3, "Опт"]] });
  expect(moved(olga, 2, at(2), titles)).toBeNull();
});
