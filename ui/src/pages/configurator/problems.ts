/** A refused plan, said beside what it is about: the setting named at the end of the place, "" for all the rest. */
import { ApiProblem } from "../../api/http";
import { sayRefusal } from "../../records/save";

export type Placed = Readonly<Record<string, string>>;

// «solutions/sales/entities/deal.toml: field 15 (field): title», «…: check», «edits[0].title».
const LAST = /(?:[:.]\s*)([a-z_]+)(?:\[\d+\])?\s*$/;
// Of these the place names the field only, and the kind says which setting is meant.
const BY_CODE: readonly (readonly [RegExp, string])[] = [[/^formula_|^expression_/, "formula"], [/^key_/, "title"], [/^option_wrong|^option_missing/, "option"], [/lookup|path/, "path"], [/rollup/, "rollup"]];

export function placed(refusal: unknown): Placed {
  if (!(refusal instanceof ApiProblem) || refusal.status !== 422) return { "": sayRefusal(refusal) };
  const told = refusal.problems.length ? refusal.problems : [{ code: refusal.code, text: refusal.text, place: "" }];
  const made: Record<string, string> = {};
  for (const one of told) {
    const option = String(one.facts?.["option"] ?? one.facts?.["setting"] ?? "");
    const named = LAST.exec(one.place ?? "")?.[1] ?? "";
    const place = named && named !== "toml" ? named : BY_CODE.find(([code]) => code.test(one.code))?.[1] ?? "";
    // «title.ru» is missing: the title is.
    const at = place === "option" ? option : place || (option === "ru" ? "title" : option);
    made[at] = made[at] ? `${made[at]} ${one.text}` : one.text;
  }
  return made;
}

/** What no input of the form is about: it is said at its foot. */
export const unplaced = (wrong: Placed, known: readonly string[]): string =>
  Object.entries(wrong).filter(([place]) => !known.includes(place)).map(([, text]) => text).join(" ");
