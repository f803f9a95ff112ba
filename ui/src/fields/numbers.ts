/** Reading and asking numbers, shared by numbers, percents and money. */
import { defineAsyncComponent } from "vue";
import type { Cell } from "../api/types";
import { isEmpty, isFilled } from "./formula";
import { sayNumber } from "../words/format";
import type { Asking } from "./types";

// Minor units are kept in 64 bits; the server says so for the few sums in between.
const MOST_DIGITS = 18;

// Spaces group by three: «12 34» is a slip of the finger, not 1234.
const WRITTEN = /^([+-]?)(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:([.,])(\d*))?$/;

/** "1 200,50" and "1200.5" -> "1200.50" and "1200.5"; null when it is not a number, or one that may mean two things. */
export function readDecimal(text: string, digits: number): string | null {
  const match = WRITTEN.exec(text.trim().replace(/^[−–]/, "-"));
  if (!match) return null;
  const [, sign = "", grouped = "", point = "", fraction = ""] = match;
  const whole = grouped.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  // «1,200» may be a thousand or one and a fifth: ask rather than guess.
  if (point === "," && fraction.length === 3 && whole !== "0") return null;
  if (fraction.replace(/0+$/, "").length > digits || whole.length + digits > MOST_DIGITS) return null;
  const kept = fraction.slice(0, digits);
  const zero = /^0*$/.test(whole + kept);
  return `${sign === "-" && !zero ? "-" : ""}${whole}${kept ? `.${kept}` : ""}`;
}

/** Conditions on what is compared as a number.  read: what was typed -> a number of the language of formulas. */
export const askAmount = (read: (text: string) => string | null, say: (literal: string) => string): Asking => ({
  conditions: ["equals", "differs", "more", "at_least", "less", "at_most", "between", "filled", "empty"],
  component: defineAsyncComponent(() => import("./AskNumber.vue")),
  clause(path, condition, value) {
    const literal = (one: Cell | undefined): string | null => (one == null || one === "" ? null : read(String(one)));
    if (condition === "empty") return isEmpty(path);
    if (condition === "filled") return isFilled(path);
    if (condition === "between") {
      const [from, to] = Array.isArray(value) ? [literal(value[0]), literal(value[1])] : [null, null];
      return [from === null ? "" : `${path} >= ${from}`, to === null ? "" : `${path} <= ${to}`].filter(Boolean).join(" and ");
    }
    const number = literal(Array.isArray(value) ? value[0] : value);
    if (number === null) return "";
    const sign = { equals: "=", differs: "<>", more: ">", at_least: ">=", less: "<", at_most: "<=" }[condition as string] ?? "=";
    return `${path} ${sign} ${number}`;
  },
  say(value, condition) {
    // What is not understood yet is shown as it was typed.
    const sayOne = (one: Cell | undefined): string => {
      const number = one == null || one === "" ? null : read(String(one));
      return number === null ? String(one ?? "") : say(number);
    };
    if (condition !== "between") return sayOne(Array.isArray(value) ? value[0] : value);
    return Array.isArray(value) ? `${sayOne(value[0]) || "…"} – ${sayOne(value[1]) || "…"}` : "";
  },
});

export const askNumber: Asking = askAmount((text) => readDecimal(text, 6), (number) => sayNumber(number, 6));
