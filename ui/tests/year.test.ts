import { describe, expect, it } from "vitest";
import { monthsOf, nextKind, usualKind } from "../src/pages/settings/year";

describe("a year of the working calendar", () => {
  it("begins its months under the right day of the week", () => {
    expect(monthsOf(2026, 1)[0]?.blank).toBe(3); // 1 January 2026 is a Thursday
    expect(monthsOf(2026, 7)[0]?.blank).toBe(4);
    expect(monthsOf(2026, 1).flatMap((one) => one.days)).toHaveLength(365);
    expect(monthsOf(2028, 1)[1]?.days.at(-1)).toBe("2028-02-29");
  });
  it("goes round works, short, off and keeps nothing for what the week says anyway", () => {
    expect(nextKind("usual", "work")).toBe("short");
    expect(nextKind("short", "work")).toBe("off");
    expect(nextKind("off", "work")).toBe("usual");
    expect(nextKind("usual", "off")).toBe("work");
    expect(nextKind("work", "off")).toBe("short");
    expect(nextKind("short", "off")).toBe("usual");
  });
  it("knows what the week says", () => {
    expect(usualKind("2026-11-29", [1, 2, 3, 4, 5])).toBe("off");
    expect(usualKind("2026-11-30", [1, 2, 3, 4, 5])).toBe("work");
    expect(usualKind("2026-11-29", [7])).toBe("work");
  });
});
