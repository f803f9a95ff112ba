import { describe, expect, it } from "vitest";
import type { EntityTable } from "../src/api/configurator";
import type { Entity } from "../src/api/types";
import { addDetail, addSection, addTab, dropSection, findPlaced, moveSection, placedKeys, placeField, QUICK, readForm, sectionToTab, setField, setSection, stepField, stepQuick, takeField, writeForm } from "../src/pages/configurator/form/model";

const FORM = {
  quick: ["title", "amount"],
  tab: [
    { title: { ru: "Основное" }, section: [{ title: { ru: "О сделке" }, columns: 2, fields: ["title", { key: "amount", visible_if: "stage = 'won'", wide: true }] }, { title: { ru: "Люди" }, fields: ["responsible"] }] },
    { title: { ru: "Связи" }, detail: [{ entity: "note", by: "deal", title: { ru: "Заметки" }, columns: ["text"], sort: ["-created_at"], filter: "done = yes" }] },
  ],
};
const table = (form: unknown): EntityTable => ({ key: "deal", title: { ru: "Сделка" }, field: [], origin: "", form }) as unknown as EntityTable;
const shown = { form: { quick: ["title"], tabs: [{ title: "Карточка", sections: [{ title: "Поля", fields: ["title", "amount"] }], details: [] }] } } as unknown as Entity;
const drawn = () => readForm(table(FORM), shown);
const all = () => true;

describe("the drawing of a card", () => {
  it("is written as it was read", () => {
    expect(writeForm(drawn())).toEqual(FORM);
  });

  it("begins with what the program draws while nobody has", () => {
    expect(writeForm(readForm(table(undefined), shown))).toEqual({ quick: ["title"], tab: [{ title: { ru: "Карточка" }, section: [{ title: { ru: "Поля" }, fields: ["title", "amount"] }] }] });
  });

  it("takes a field with its conditions from one section to another, before the named one", () => {
    const before = drawn();
    const people = before.tabs[0]!.sections[1]!.id;
    const after = placeField(before, "amount", people, "responsible");
    expect(after.tabs[0]!.sections.map((part) => part.fields.map((one) => one.key))).toEqual([["title"], ["amount", "responsible"]]);
    expect(findPlaced(after, "amount")?.visible_if).toBe("stage = 'won'");
    expect(findPlaced(before, "amount")).not.toBeNull();
    expect([...placedKeys(takeField(after, "amount"))]).toEqual(["title", "responsible"]);
  });

  it("steps a field by keys within its section and on into the next, and no further than the last", () => {
    const keys = (from: ReturnType<typeof drawn>) => from.tabs[0]!.sections.map((part) => part.fields.map((one) => one.key));
    const one = stepField(drawn(), "title", 1, all);
    expect(keys(one)).toEqual([["amount", "title"], ["responsible"]]);
    const two = stepField(one, "title", 1, all);
    expect(keys(two)).toEqual([["amount"], ["title", "responsible"]]);
    expect(keys(stepField(two, "title", -1, all))).toEqual([["amount", "title"], ["responsible"]]);
    expect(keys(stepField(two, "responsible", 1, all))).toEqual(keys(two));
    expect(stepQuick(drawn(), "title", 1, all).quick).toEqual(["amount", "title"]);
  });

  it("steps over fields that are hidden and keeps them where they are", () => {
    const before = placeField(placeField(drawn(), "hidden", drawn().tabs[0]!.sections[0]!.id, null), "amount", QUICK, null);
    const section = before.tabs[0]!.sections[0]!.id;
    const with3 = placeField(before, "hidden", section, "amount");
    const after = stepField(with3, "title", 1, (key) => key !== "hidden");
    expect(after.tabs[0]!.sections[0]!.fields.map((one) => one.key)).toEqual(["hidden", "amount", "title"]);
  });

  it("has sections that are added, moved, given columns, taken to another tab and dropped", () => {
    let now = addSection(drawn(), drawn().tabs[0]!.id, { ru: "Нет" });
    expect(now.tabs[0]!.sections).toHaveLength(2);
    const start = drawn();
    const [first, second] = start.tabs[0]!.sections;
    now = moveSection(start, start.tabs[0]!.id, second!.id, 0);
    expect(now.tabs[0]!.sections.map((part) => part.id)).toEqual([second!.id, first!.id]);
    now = setSection(now, second!.id, { columns: 3 });
    now = sectionToTab(now, second!.id, now.tabs[1]!.id);
    expect(now.tabs[1]!.sections.map((part) => part.columns)).toEqual([3]);
    expect([...placedKeys(dropSection(now, second!.id))]).toEqual(["title", "amount"]);
  });

  it("leaves out what says nothing", () => {
    let now = setField(drawn(), "amount", { visible_if: "", wide: false, required_if: "title = 'x'" });
    now = addTab(now, { ru: "Ещё" }, { ru: "Раздел" });
    now = addDetail(now, now.tabs[2]!.id, { entity: "line", by: "deal", title: { ru: "Строки" }, columns: ["title"], sort: [], filter: "" });
    const told = writeForm(now) as { tab: { section?: { fields: unknown[] }[]; detail?: unknown[] }[] };
    expect(told.tab[0]!.section![0]!.fields[1]).toEqual({ key: "amount", required_if: "title = 'x'" });
    expect(told.tab[2]!.detail).toEqual([{ entity: "line", by: "deal", title: { ru: "Строки" }, columns: ["title"] }]);
  });
});
