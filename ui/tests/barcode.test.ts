// Codes of bars against the drawings of the standards; QR against its own invariants: a scanner reads what is printed.
import { mount } from "@vue/test-utils";
import { describe, expect, it, vi } from "vitest";
import BarcodeShow from "../src/fields/barcode/BarcodeShow.vue";
import { code128, ean13, ean8 } from "../src/fields/barcode/bars";
import { pictureOf } from "../src/fields/barcode/picture";

describe("bars", () => {
  it("draws EAN-13 as GS1 does", () => {
    // 5 901234 123457: L G G L L G for the first digit five.
    expect(ean13("5901234123457")).toBe(`101${"0001011"}${"0100111"}${"0110011"}${"0010011"}${"0111101"}${"0011101"}01010${"1100110"}${"1101100"}${"1000010"}${"1011100"}${"1001110"}${"1000100"}101`);
    expect(ean13("4600051000057")).toHaveLength(95);
  });

  it("draws EAN-8", () => {
    expect(ean8("96385074")).toBe("1010001011010111101111010110111010101001110111001010001001011100101");
  });

  it("draws Code 128 by signs, and digits by pairs", () => {
    // «PJJ123C» of the standard's own example: start B, seven symbols, the check symbol 55, stop.
    const widths = ["211214", "313121", "112133", "112133", "123221", "223211", "221132", "131321", "311321", "2331112"];
    expect(code128("PJJ123C")).toBe(widths.map((told) => [...told].map((width, at) => (at % 2 ? "0" : "1").repeat(Number(width))).join("")).join(""));
    expect(code128("00123456")).toHaveLength(11 * 6 + 13);
    expect(code128("1234567")).toHaveLength(11 * 9 + 13);
  });
});

describe("on a card", () => {
  it.each([["qr", "https://example.ru/Заказ?a=1&b=2"], ["ean13", "4600051000057"], ["ean8", "96385074"], ["code128", "ABC-12 3"]])("%s is a picture that says its text", (kind, value) => {
    const shown = mount(BarcodeShow, { props: { kind, value, title: "Код" } });
    expect(shown.get("svg").attributes("aria-label")).toBe(`Код: ${value}`);
    expect(shown.get("path").attributes("d")).toBe(pictureOf(kind, value).path);
    expect(shown.text()).toContain(value);
  });

  it("is printed alone, and the page is itself again afterwards", async () => {
    const print = vi.fn();
    vi.stubGlobal("print", print);
    vi.stubGlobal("requestAnimationFrame", (run: () => void) => run());
    const shown = mount(BarcodeShow, { props: { kind: "ean13", value: "4600051000057", title: "Код" }, attachTo: document.body });
    await shown.get("button").trigger("click");
    expect(print).toHaveBeenCalledOnce();
    expect(document.body.classList.contains("prints-code")).toBe(true);
    expect(document.querySelector("body > .code-sheet")?.textContent).toContain("4600051000057");
    window.dispatchEvent(new Event("afterprint"));
    await vi.waitFor(() => expect(document.querySelector("body > .code-sheet")).toBeNull(), { timeout: 25_000 });
    expect(document.body.classList.contains("prints-code")).toBe(false);
    vi.unstubAllGlobals();
    shown.unmount();
  }, 60_000);
});
