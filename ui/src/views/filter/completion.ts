/** What may be meant by what is being typed of a formula: fields by title, functions, options of a list, words. */
import type { Field } from "../../api/types";
import type { LanguageFunction } from "../../api/views";
import { findField, type Entity } from "../../schema";
import { language, t } from "../../words";
import { askedFields } from "./fields";

export interface Completion {
  readonly kind: "field" | "function" | "option" | "word";
  readonly title: string;
  readonly about: string;
  /** What takes the place of the text from `from` to the caret. */
  readonly insert: string;
  readonly from: number;
}

const MOST = 12;
// A name, or the beginning of one in brackets; a text in quotes is looked at apart.
const NAME = /(?:\[[^\]]*|[\p{L}_][\p{L}\p{N}_.]*)$/u;
const QUOTED = /(?:([\p{L}_][\p{L}\p{N}_.]*|\[[^\]]*\])\s*(?:=|<>|\bin\b|\bв\b)\s*\(?[^()]*)"([^"]*)$/iu;
const PLAIN = /^[\p{L}][\p{L}\p{N}_]*$/u;
const WORDS: Readonly<Record<string, readonly string[]>> = { ru: ["и", "или", "не", "в", "пусто", "да", "нет"], en: ["and", "or", "not", "in", "empty", "true", "false"] };

const fold = (text: string): string => text.toLocaleLowerCase().replaceAll("ё", "е");

/** «Сумма», «[Дата закрытия]», «Контрагент.[Дата создания]»: a title of one word needs no brackets. */
export const titlePath = (entity: Entity, field: Field): string => field.key.split(".").map((_, index, keys) => segment(entity, keys.slice(0, index + 1))).join(".");

function segment(entity: Entity, keys: readonly string[]): string {
  const title = findField(entity, keys.join("."))?.title.split(": ").at(-1) ?? keys.at(-1) ?? "";
  return PLAIN.test(title) && !Object.values(WORDS).flat().includes(fold(title)) ? title : `[${title.replaceAll("]", "]]")}]`;
}

export function completions(entity: Entity, functions: readonly LanguageFunction[], text: string, caret: number): readonly Completion[] {
  const before = text.slice(0, caret);
  const quoted = QUOTED.exec(before);
  if (quoted) return options(entity, quoted[1] ?? "", quoted[2] ?? "", caret);
  if ((before.match(/"/g)?.length ?? 0) % 2) return [];
  const name = NAME.exec(before)?.[0] ?? "";
  const bracket = name.startsWith("[");
  const typed = fold(bracket ? name.slice(1) : name);
  if (!typed && !bracket) return [];
  const from = caret - name.length;
  const fields = askedFields(entity, 2).map(({ field, title }): Completion => ({ kind: "field", title, about: titlePath(entity, field), insert: titlePath(entity, field), from }));
  const calls = bracket ? [] : functions.map((one): Completion => ({ kind: "function", title: `${one.name}(…)`, about: one.about, insert: `${one.name}(`, from }));
  const words = bracket ? [] : (WORDS[language()] ?? []).map((word): Completion => ({ kind: "word", title: word, about: t("grid.word"), insert: `${word} `, from }));
  const found = [...fields, ...calls, ...words].filter((one) => fold(one.title).includes(typed));
  const rank = (one: Completion): number => (fold(one.title).startsWith(typed) ? 0 : 1);
  return found.filter((one) => fold(one.insert.trim()) !== typed).sort((left, right) => rank(left) - rank(right)).slice(0, MOST);
}

function options(entity: Entity, path: string, typed: string, caret: number): readonly Completion[] {
  const wanted = fold(path.replace(/^\[|\]$/g, ""));
  const field = entity.fields.find((one) => fold(one.title) === wanted || one.key === wanted);
  return (field?.options.options ?? []).filter((option) => fold(option.title).includes(fold(typed)))
    .map((option): Completion => ({ kind: "option", title: option.title, about: field?.title ?? "", insert: `${option.title.replaceAll('"', '""')}"`, from: caret - typed.length })).slice(0, MOST);
}

export function complete(text: string, caret: number, one: Completion): { readonly text: string; readonly caret: number } {
  // A quote that is already closed is not closed twice.
  const rest = one.kind === "option" && text[caret] === '"' ? text.slice(caret + 1) : text.slice(caret);
  return { text: text.slice(0, one.from) + one.insert + rest, caret: one.from + one.insert.length };
}
