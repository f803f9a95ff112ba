import { describe, expect, it } from "vitest";
import { cutLine } from "../src/views/quick/line";

const texts = (line: string, parts: [string, number, number][]) => cutLine(line, parts).map((one) => [one.text, one.field]);

describe("a typed line under its letters", () => {
  it("is cut at what was understood and loses no letter", () => {
    expect(texts("Позвонить Иванову завтра в 15", [["about", 10, 17], ["due_at", 18, 29]])).toEqual([
      ["Позвонить ", null], ["Иванову", "about"], [" ", null], ["завтра в 15", "due_at"],
    ]);
  });
  it("counts an emoji as the server does", () => {
    expect(texts("🙂 завтра", [["due_at", 2, 8]])).toEqual([["🙂 ", null], ["завтра", "due_at"]]);
  });
  it("is one piece while the answer is of another line", () => {
    expect(texts("За", [["due_at", 10, 21]])).toEqual([["За", null]]);
    expect(texts("", [])).toEqual([]);
  });
});
