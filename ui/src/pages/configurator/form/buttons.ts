/** Buttons as they are kept: what is typed by titles is kept by keys, and what is wrong is told by the button. */
import { readFormula } from "../../../api/views";
import { t } from "../../../words";
import { say } from "../draft";
import { freeKey, type ButtonDrawn } from "./model";

export interface Read {
  readonly buttons: readonly ButtonDrawn[];
  /** "0" of a button, "0.amount" of a value it writes, "0.visible_if" of its condition. */
  readonly problems: Readonly<Record<string, string>>;
}

// A value of any kind is meant here; whether it is of the field's kind, the plan says.
const ANY_KIND = "formula_wants_yes_no";
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries([..."абвгдеёжзийклмнопрстуфхцчшщъыьэюя"].map((letter, at) => [letter, "a b v g d e e zh z i y k l m n o p r s t u f h c ch sh sch  y  e yu ya".split(" ")[at] ?? ""]));
const keyOf = (title: string): string => [...title.toLowerCase()].map((one) => LETTERS[one] ?? one).join("").replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 22).replace(/_+$/, "");

export async function readButtons(entity: string, list: readonly ButtonDrawn[], others: readonly string[]): Promise<Read> {
  const problems: Record<string, string> = {};
  const taken = new Set(others);
  const buttons: ButtonDrawn[] = [];
  for (const [at, one] of list.entries()) {
    const title = say(one.title).trim();
    if (!title) problems[at] = t("designer.button_unnamed");
    const visible = await conditionOf(entity, one, at, problems);
    const base = { key: freeKey(one.key || keyOf(title) || "button", taken), title: one.title, do: one.do, ...(visible ? { visible_if: visible } : {}) };
    if (one.do === "go") {
      const address = (one.address ?? "").trim();
      if (!/^\/(?!\/)/.test(address)) problems[at] = t("designer.button_address_wrong");
      buttons.push({ ...base, address });
    } else if (one.do === "set") buttons.push({ ...base, values: await valuesOf(entity, one, at, problems) });
    else {
      if (!one.entity || !one.by) problems[at] = t("designer.button_no_link");
      buttons.push({ ...base, entity: one.entity ?? "", by: one.by ?? "" });
    }
  }
  return { buttons, problems };
}

/** "" when there is none; what is wrong with it is told. */
async function conditionOf(entity: string, one: ButtonDrawn, at: number, problems: Record<string, string>): Promise<string> {
  const text = (one.visible_if ?? "").trim();
  const read = text ? await readFormula(entity, text).catch(() => null) : null;
  if (text && (!read || read.problems.length)) problems[`${at}.visible_if`] = read?.problems.map((each) => each.text).join(" ") || t("error.unknown");
  return read?.formula ?? text;
}

async function valuesOf(entity: string, one: ButtonDrawn, at: number, problems: Record<string, string>): Promise<Readonly<Record<string, string>>> {
  const made: Record<string, string> = {};
  for (const [field, text] of Object.entries(one.values ?? {})) {
    const read = text.trim() ? await readFormula(entity, text.trim()).catch(() => null) : null;
    const wrong = read?.problems.filter((each) => each.code !== ANY_KIND) ?? [];
    if (read && !wrong.length) made[field] = read.formula;
    else problems[`${at}.${field}`] = wrong.map((each) => each.text).join(" ") || t("designer.button_value_missing");
  }
  if (!Object.keys(one.values ?? {}).length) problems[at] ??= t("designer.button_no_values");
  return made;
}
