import { describe, expect, it } from "vitest";
import { keyOf } from "../src/app/keys";

const press = (part: Partial<Parameters<typeof keyOf>[0]>) => keyOf({ code: "", key: "", ctrl: false, alt: false, shift: false, typing: false, ...part });

describe("keys of the shell", () => {
  it("work in both layouts", () => {
    expect(press({ code: "KeyK", key: "л", ctrl: true })).toBe("palette");
    expect(press({ code: "Digit7", key: "?", shift: true })).toBe("keys");
    expect(press({ code: "Slash", key: "?", shift: true })).toBe("keys");
    expect(press({ code: "KeyC", key: "с" })).toBe("quick");
  });
  it("leave letters to whoever types", () => {
    expect(press({ code: "KeyC", key: "с", typing: true })).toBeNull();
    expect(press({ code: "Slash", key: "?", shift: true, typing: true })).toBeNull();
  });
  it("reach from a field too, with a modifier", () => {
    expect(press({ code: "KeyN", key: "т", alt: true, typing: true })).toBe("quick");
    expect(press({ key: "F1", typing: true })).toBe("help");
  });
  it("do not take the keys of the browser", () => {
    expect(press({ code: "KeyC", key: "c", ctrl: true })).toBeNull();
    expect(press({ code: "KeyK", key: "K", ctrl: true, shift: true })).toBeNull();
  });
});
