import { mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import type { Cell, Field } from "../src/api/types";
import { bringTypes, fieldType, fieldTypes, sayCell } from "../src/fields";
import { boundsOf } from "../src/fields/date/periods";
import { all } from "../src/fields/formula";

await bringTypes();

const field = (type: string, more: Partial<Field> = {}): Field => ({
  key: "x", number: 1, title: "Поле", type, options: {}, required: false, unique: false, role: "", right: "edit", system: false, hint: null,
  operators: ["="], sortable: true, aggregates: [], ...more,
});

const clause = (type: string, condition: Parameters<(typeof fieldTypes)["text"]["ask"]["clause"]>[1], value: Cell, path = "x"): string =>
  fieldType(field(type)).ask.clause(path, condition, value, field(type));

// An editor that comes as a part of its own: on a loaded machine not at once.
const PATIENCE = { timeout: 25_000 };

describe("every type of the registry", () => {
  it.each(Object.entries(fieldTypes))("%s can be shown, edited and asked about", (_, type) => {
    expect(type.icon).toBeTruthy();
    expect(type.edit).toBeTruthy();
    expect(type.ask.conditions.length).toBeGreaterThan(0);
    expect(type.say(null, field("text"))).toBeTypeOf("string");
  });

  it("shows a type of a newer server as text instead of breaking", () => {
    expect(sayCell(field("hologram"), "что-то")).toBe("что-то");
  });
});

describe("conditions become the language of formulas", () => {
  it.each([
    ["text", "contains", 'ООО "Ромашка"', 'contains(x, "ООО ""Ромашка""")'],
    ["text", "equals", "", ""],
    ["text", "filled", null, "not (x = empty)"],
    ["money", "more", "100 000", "x > 100000"],
    ["money", "between", ["1", "2,5"], "x >= 1 and x <= 2.5"],
    ["money", "more", "много", ""],
    ["duration", "at_least", "1 ч 30 мин", "x >= 5400"],
    ["duration", "more", "90", ""],
    ["rating", "at_least", "4", "x >= 4"],
    ["colour", "equals", "#1e5bd6", 'x = "#1e5bd6"'],
    ["choice", "is", ["a"], 'x = "a"'],
    ["choice", "is", ["a", "b"], 'x in ("a", "b")'],
    ["choices", "is_not", ["a", "b"], 'not (x in ("a", "b"))'],
    ["employee", "is", [[0, "Я"], [7, "Ольга"]], "x in (me(), 7)"],
    ["link", "is", [[42, "Ромашка"]], "x = 42"],
    ["yes_no", "no", null, "not x"],
    ["date", "equals", "2026-11-24", "x >= date(2026, 11, 24) and x < date(2026, 11, 25)"],
    ["date", "before", "2026-11-24", "x < date(2026, 11, 24)"],
    ["datetime", "after", "2026-11-24", 'x >= "2026-11-24T21:00:00Z"'],
  ] as const)("%s %s %j -> %s", (type, condition, value, text) => {
    expect(clause(type, condition, value as unknown as Cell)).toBe(text);
  });

  it("keeps an «or» of the view apart from what is added to it", () => {
    expect(all(["a = 1 or b = 2", "", "c = 3"])).toBe("(a = 1 or b = 2) and (c = 3)");
  });
});

describe("periods", () => {
  it.each([
    ["this_week", "2026-11-24", ["2026-11-23", "2026-11-30"]],
    ["this_week", "2026-11-29", ["2026-11-23", "2026-11-30"]],
    ["last_month", "2026-01-15", ["2025-12-01", "2026-01-01"]],
    ["this_quarter", "2026-11-24", ["2026-10-01", "2027-01-01"]],
    ["next_quarter", "2026-11-24", ["2027-01-01", "2027-04-01"]],
    ["last_year", "2026-11-24", ["2025-01-01", "2026-01-01"]],
    ["past", "2026-11-24", [null, "2026-11-24"]],
  ] as const)("%s on %s", (period, day, bounds) => expect(boundsOf(period, day)).toEqual(bounds));
});

describe("cells are said for a person", () => {
  it.each([
    ["money", ["1250000.00", "RUB"], "1 250 000 ₽"],
    ["percent", "12.50", "12,5 %"],
    ["duration", 5400, "1 ч 30 мин"],
    ["duration", "90.50", "1 мин 31 с"],
    ["rating", 4, "★★★★☆"],
    ["person_name", { last: "Иванов", first: "Иван", middle: "Иванович" }, "Иванов Иван Иванович"],
    ["person_name", "Иван Иванов", "Иван Иванов"],
    ["address", { city: "г. Казань", house: "5", flat: "оф. 3" }, "г. Казань, д. 5, оф. 3"],
    ["rating", "4.33", "4,33"],
    ["links", [[1, "Павел"], [2, null]], "Павел, скрыто"],
    ["any_link", ["company", 5, "Ромашка"], "Ромашка"],
    ["phone", [["+79161234567", "рабочий"]], "+7 916 123-45-67"],
    ["yes_no", false, "Нет"],
    ["datetime", "2020-11-24T05:58:00Z", "24 нояб. 2020, 08:58"],
  ] as const)("%s", (type, cell, said) => {
    expect(sayCell(field(type), cell as unknown as Cell).replace(/[\u00a0\u202f]/g, " ")).toBe(said);
  });

  it("never makes an address of a script", async () => {
    const shown = fieldTypes["url"]?.display;
    const wrapper = mount(shown as never, { props: { cell: "javascript:alert(1)", field: field("url") } as never });
    expect(wrapper.get("a").attributes("href")).toBe("https://javascript:alert(1)");
  });
});

describe("editing in place", () => {
  const open = (type: string, cell: Cell, more: Partial<Field> = {}) =>
    mount(fieldType(field(type)).edit as never, { props: { cell, field: field(type, more) } as never, attachTo: document.body });

  it("saves on Enter and goes down", async () => {
    const editor = open("text", "было");
    await editor.get("input").setValue("стало");
    await editor.get("input").trigger("keydown", { key: "Enter" });
    expect(editor.emitted("done")).toEqual([["стало", "down"]]);
  });

  it("gives up on Esc without saving, even when leaving follows", async () => {
    const editor = open("text", "было");
    await editor.get("input").setValue("стало");
    await editor.get("input").trigger("keydown", { key: "Escape" });
    await editor.get("input").trigger("blur");
    expect(editor.emitted("done")).toBeUndefined();
    expect(editor.emitted("cancel")).toHaveLength(1);
  });

  it("keeps the editor when the number is not understood", async () => {
    const editor = open("money", ["5.00", "RUB"]);
    await editor.get("input").setValue("много");
    await editor.get("input").trigger("keydown", { key: "Enter" });
    expect(editor.emitted("done")).toBeUndefined();
    expect(editor.get("input").attributes("aria-invalid")).toBe("true");
  });

  it("keeps a foreign currency when only the sum is typed over", () => {
    const euro = fieldTypes["money"]?.entry;
    expect(euro?.show(["100.00", "EUR"], field("money"))).toBe("100 EUR");
    expect(euro?.read("120 EUR", field("money"))).toEqual({ cell: ["120", "EUR"] });
    expect(euro?.show(["100.00", "RUB"], field("money"))).toBe("100");
  });

  it("takes a name as one line, or by its parts", async () => {
    const whole = open("person_name", null);
    await vi.waitFor(() => expect(document.querySelector(".lined input")).not.toBeNull(), PATIENCE);
    const inputs = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>(".lined input")];
    const type = async (input: HTMLInputElement | undefined, text: string): Promise<void> => {
      if (!input) throw new Error("no such part");
      input.value = text;
      input.dispatchEvent(new Event("input"));
      await nextTick();
    };
    const enter = (): boolean | undefined => inputs()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await type(inputs()[0], "Ольга Иванова");
    enter();
    expect(whole.emitted("done")).toEqual([["Ольга Иванова", "down"]]);
    whole.unmount();

    const apart = open("person_name", { last: "Иванова", first: "Ольга" });
    await vi.waitFor(() => expect(inputs()[1]?.value).toBe("Иванова"), PATIENCE);
    await type(inputs()[1], "Петрова");
    expect(inputs()[0]?.value).toBe("Петрова Ольга");
    enter();
    expect(apart.emitted("done")).toEqual([[{ last: "Петрова", first: "Ольга" }, "down"]]);
    apart.unmount();
  }, 60_000);

  it("shortens a name in a list when the field says so", () => {
    const shown = (flat: boolean): string => mount(fieldTypes["person_name"]?.display as never, {
      props: { cell: { last: "Иванов", first: "Иван", middle: "Иванович" }, field: field("person_name", { options: { initials: true } }), flat } as never,
    }).text().replace(/\u00a0/g, " ");
    expect([shown(true), shown(false)]).toEqual(["Иванов И. И.", "Иванов Иван Иванович"]);
  });

  it("empties a value typed away", async () => {
    const editor = open("integer", 5);
    await editor.get("input").setValue("");
    await editor.get("input").trigger("keydown", { key: "Tab" });
    expect(editor.emitted("done")).toEqual([[null, "right"]]);
  });
});
