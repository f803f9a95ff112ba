/** Words a person sees: `t("list.total", { n: 5 })`.  The source is svyaz/locale/*.toml, tables [ui…]. */
import type { words as russian } from "./ru";
import type { words as russianLater } from "./ru_later";

type Tree = { readonly [key: string]: string | readonly string[] | Tree };
type Keys<T> = {
  [K in keyof T & string]: T[K] extends string | readonly string[] ? K : `${K}.${Keys<T[K]>}`;
}[keyof T & string];

export type WordKey = Keys<typeof russian> | Keys<typeof russianLater>;
export type Language = "ru" | "en";
type Facts = Readonly<Record<string, string | number>>;

let tree: Tree = {};
let current: Language = "ru";
let plural = new Intl.PluralRules("ru");

// Russian: 1 запись, 2 записи, 5 записей; a fraction takes the second form: 1,5 записи.
const FORMS: Record<Language, readonly Intl.LDMLPluralRule[]> = { ru: ["one", "few", "many"], en: ["one", "other"] };

export const isLanguage = (text: unknown): text is Language => text === "ru" || text === "en";

export async function loadWords(language: Language): Promise<void> {
  const module = language === "en" ? await import("./en") : await import("./ru");
  tree = module.words;
  current = language;
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** Words of reports, imports, settings…: with the pages that say them, not before the first screen. */
export async function loadLaterWords(): Promise<void> {
  const module = current === "en" ? await import("./en_later") : await import("./ru_later");
  if (!("import" in tree)) tree = { ...tree, ...module.words };
}

/** A page or a box with later words of its own comes together with them. */
export const wordy = <T>(part: () => Promise<T>) => async (): Promise<T> => (await Promise.all([part(), loadLaterWords()]))[0];

export const language = (): Language => current;
export const locale = (): string => (current === "en" ? "en-GB" : "ru-RU");

/** The words under a key, with {facts} put in; a list of forms is chosen by the fact `n`. */
export function t(key: WordKey, facts: Facts = {}): string {
  return fill(find(key) ?? key, facts);
}

/** The same for a key that is only known when the program runs; undefined when there is no such word. */
export function tryWords(key: string, facts: Facts = {}): string | undefined {
  const found = find(key);
  return found === undefined ? undefined : fill(found, facts);
}

function find(key: string): string | readonly string[] | undefined {
  let place: Tree | string | readonly string[] | undefined = tree;
  for (const part of key.split(".")) place = typeof place === "object" && !Array.isArray(place) ? (place as Tree)[part] : undefined;
  return typeof place === "string" || Array.isArray(place) ? (place as string | readonly string[]) : undefined;
}

function fill(found: string | readonly string[], facts: Facts): string {
  const text = typeof found === "string" ? found : form(found, Number(facts["n"]));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    return fact === undefined ? whole : typeof fact === "number" ? fact.toLocaleString(locale()) : fact;
  });
}

function form(forms: readonly string[], n: number): string {
  const index = FORMS[current].indexOf(plural.select(n));
  return forms[index === -1 ? 1 : index] ?? forms.at(-1) ?? "";
}
