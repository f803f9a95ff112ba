import { afterAll, describe, expect, it } from "vitest";
import { loadLaterWords, loadWords, t, tryWords } from "../src/words";
import { addDays, fromLocal, sayMoney, sayMoneyShort, toLocal } from "../src/words/format";

describe("counting", () => {
  it.each([[1, "Выбрана 1 запись"], [2, "Выбрано 2 записи"], [5, "Выбрано 5 записей"], [11, "Выбрано 11 записей"], [21, "Выбрана 21 запись"], [112, "Выбрано 112 записей"]])("%i", (n, text) => {
    expect(t("bulk.selected", { n })).toBe(text);
  });

  it("says a key that has no words yet rather than nothing", () => {
    expect(tryWords("no.such.words")).toBeUndefined();
  });
});

describe("English", () => {
  afterAll(async () => (await loadWords("ru"), loadLaterWords()));
  it("has its own two forms", async () => {
    await loadWords("en");
    await loadLaterWords();
    expect(t("bulk.selected", { n: 1 })).toBe("1 record selected");
    expect(t("bulk.selected", { n: 2 })).toBe("2 records selected");
  });
});

describe("money and time", () => {
  const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");
  it("shows kopecks only when there are any, and loses none of a long sum", () => {
    expect(plain(sayMoney("1200.00", "RUB"))).toBe("1 200 ₽");
    expect(plain(sayMoney("1200.50", "RUB"))).toBe("1 200,50 ₽");
    expect(plain(sayMoney("90071992547409931.55", "RUB"))).toBe("90 071 992 547 409 931,55 ₽");
  });
  it("shortens millions", () => expect(plain(sayMoneyShort("22760000000", "RUB"))).toBe("22,76 млрд ₽"));
  it("turns the company's clock into an instant and back, over a change of the clocks too", () => {
    expect(fromLocal("2026-11-24T10:00")).toBe("2026-11-24T07:00:00Z");
    expect(toLocal("2026-11-24T07:00:00Z")).toBe("2026-11-24T10:00");
  });
  it("counts days over a month and a leap day", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });
});
