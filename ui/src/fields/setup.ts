/** What may be set up of a field type in the configurator, besides what every field has: the options of svyaz/fields/<type>.py.

    Loaded with the configurator only.  A type that is not here has no options to show. */

/** How an option is asked for; the names of the rest are of inputs in pages/configurator/fields. */
export type Setting =
  | { readonly kind: "number"; readonly key: string; readonly least: number; readonly most: number; readonly usual: number }
  | { readonly kind: "yes_no"; readonly key: string; readonly usual: boolean }
  | { readonly kind: "one_of"; readonly key: string; readonly of: readonly string[]; readonly usual: string }
  | { readonly kind: "text"; readonly key: string; readonly usual: string }
  | { readonly kind: "currency" | "options" | "target" | "targets" | "own_field" | "formula" | "path" | "rollup"; readonly key: string; readonly types?: readonly string[] };

const number = (key: string, least: number, most: number, usual: number): Setting => ({ kind: "number", key, least, most, usual });
const flag = (key: string, usual: boolean): Setting => ({ kind: "yes_no", key, usual });
const oneOf = (key: string, usual: string, ...of: string[]): Setting => ({ kind: "one_of", key, usual, of });
const onDelete = (usual: string): Setting => oneOf("on_delete", usual, "refuse", "clear", "delete");
const shows = oneOf("shows", "", "", "money", "percent", "duration");

export const settings: Readonly<Record<string, readonly Setting[]>> = {
  text: [number("max", 1, 4000, 500), flag("multiline", false)],
  decimal: [number("scale", 0, 6, 2)],
  percent: [number("scale", 0, 6, 2)],
  money: [{ kind: "currency", key: "currency" }, { kind: "own_field", key: "rate_on", types: ["date", "datetime"] }],
  choice: [{ kind: "options", key: "options" }],
  choices: [{ kind: "options", key: "options" }],
  link: [{ kind: "target", key: "to" }, onDelete("refuse")],
  links: [{ kind: "target", key: "to" }, oneOf("on_delete", "clear", "clear", "refuse", "delete")],
  any_link: [{ kind: "targets", key: "to" }, oneOf("on_delete", "clear", "clear", "refuse", "delete")],
  employee: [onDelete("refuse")],
  department: [onDelete("refuse")],
  phone: [flag("many", true)],
  email: [flag("many", true)],
  rating: [number("max", 2, 10, 5)],
  file: [number("max", 1, 100, 20)],
  image: [number("max", 1, 100, 20)],
  person_name: [flag("initials", false)],
  barcode: [oneOf("kind", "qr", "qr", "ean13", "ean8", "code128")],
  autonumber: [{ kind: "text", key: "pattern", usual: "{0000}" }, oneOf("reset", "never", "never", "year"), flag("gapless", false)],
  account: [{ kind: "own_field", key: "bik", types: ["bik"] }],
  formula: [{ kind: "formula", key: "formula" }, shows],
  lookup: [{ kind: "path", key: "path" }],
  rollup: [{ kind: "rollup", key: "rollup" }, shows],
};

/** Types by what people look for; whatever the server adds stands at the end until it is placed. */
export const families: Readonly<Record<string, readonly string[]>> = {
  texts: ["text", "long_text", "url", "barcode"],
  numbers: ["integer", "decimal", "money", "percent", "autonumber", "rating"],
  times: ["date", "datetime", "duration"],
  choices: ["yes_no", "choice", "choices", "colour"],
  links: ["link", "links", "any_link", "employee", "department"],
  contacts: ["person_name", "phone", "email", "address", "place"],
  files: ["file", "image"],
  requisites: ["inn", "kpp", "ogrn", "bik", "account"],
  computed: ["formula", "lookup", "rollup"],
};

/** Made by other means: stages come with pipelines. */
export const notByHand = ["stage"];

// Links whose object is said by the type itself.
const BOUND: Readonly<Record<string, readonly string[]>> = { employee: ["employee"], department: ["department"] };
export const ownTargets = (type: string): readonly string[] => BOUND[type] ?? [];

export const isLink = (type: string): boolean => ["link", "links", "any_link", "employee", "department"].includes(type);
export const isSingleLink = (type: string): boolean => ["link", "employee", "department"].includes(type);
export const hasOptions = (type: string): boolean => type === "choice" || type === "choices";
export const isComputed = (type: string): boolean => ["formula", "lookup", "rollup"].includes(type);
export const mayBeUnique = (type: string): boolean => !isComputed(type) && !["long_text", "yes_no", "choices", "links", "any_link", "file", "image", "stage"].includes(type);
/** By what two records of one thing are recognised. */
export const mayBeTwin = (type: string): boolean => ["text", "phone", "email", "url", "integer", "autonumber", "inn", "ogrn", "account"].includes(type);
export const mayBeAdded = (type: string): boolean => ["integer", "decimal", "money", "percent", "rating", "duration", "formula", "rollup"].includes(type);

/** What an option is while nobody has said it. */
export function usualOf(type: string, key: string): string {
  const found = settings[type]?.find((one) => one.key === key);
  return found && "usual" in found ? String(found.usual) : "";
}
