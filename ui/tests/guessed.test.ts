import { describe, expect, it } from "vitest";
import type { GuessedObject } from "../src/api/configurator";
import { columnsOf, isReady, tableOf, typesFor } from "../src/pages/configurator/table/guessed";

const TOLD = {
  file: 7, rows: 20,
  table: {
    key: "dogovor", title: { ru: "Договоры", plural: "Договоры" }, icon: "box",
    field: [
      { key: "nazvanie", title: "Название", type: "text", column: 0, samples: ["А"] },
      { key: "klient", title: "Клиент", type: "link", to: "counterparty", on_delete: "clear", links: "counterparty", column: 1, samples: ["ООО"] },
      { key: "vid", title: "Вид", type: "choice", options: [{ key: "a", title: { ru: "А" } }], column: 2, samples: ["А"] },
    ],
  },
} as unknown as GuessedObject;

describe("an object guessed from a spreadsheet", () => {
  it("is made as it was told when nothing is corrected", () => {
    const made = tableOf(TOLD, { ru: "Договор" }, columnsOf(TOLD));
    expect(made).toEqual({
      key: "dogovor", title: { ru: "Договор" }, icon: "box",
      field: [
        { key: "nazvanie", title: { ru: "Название" }, type: "text", column: 0 },
        { key: "klient", title: { ru: "Клиент" }, type: "link", to: "counterparty", on_delete: "clear", column: 1 },
        { key: "vid", title: { ru: "Вид" }, type: "choice", options: [{ key: "a", title: { ru: "А" } }], column: 2 },
      ],
    });
  });

  it("leaves out columns, drops the options of another type, and asks where a link leads", () => {
    const columns = columnsOf(TOLD).map((one, at) => (at === 0 ? { ...one, taken: false } : at === 1 ? { ...one, type: "text", title: "Кто" } : { ...one, type: "link", required: true }));
    expect(isReady({ ru: "Договор" }, columns)).toBe(false);
    expect(isReady({ ru: " " }, columnsOf(TOLD))).toBe(false);
    const told = columns.map((one, at) => (at === 2 ? { ...one, to: "deal" } : one));
    expect(isReady({ ru: "Договор" }, told)).toBe(true);
    expect(tableOf(TOLD, { ru: "Договор" }, told)["field"]).toEqual([
      { key: "klient", title: { ru: "Кто" }, type: "text", column: 1 },
      { key: "vid", title: { ru: "Вид" }, type: "link", to: "deal", on_delete: "clear", required: true, column: 2 },
    ]);
  });

  it("offers a choice only where its options were seen", () => {
    const [name, , kind] = columnsOf(TOLD);
    expect(typesFor(name!)).not.toContain("choice");
    expect(typesFor(kind!)).toContain("choice");
  });
});
