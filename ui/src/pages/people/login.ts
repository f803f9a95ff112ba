/** A login offered for a new person: his address, or his surname in Latin letters. */
import type { Cell } from "../../api/types";

const LATIN: Readonly<Record<string, string>> = {
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t",
  у: "u", ф: "f", х: "h", ц: "ts", ч: "ch", ш: "sh", щ: "sch", ъ: "", ы: "y", ь: "", э: "e", ю: "yu", я: "ya",
};

const latin = (text: string): string =>
  [...text.toLocaleLowerCase("ru")].map((letter) => LATIN[letter] ?? letter).join("").replace(/[^a-z0-9]+/g, "");

export function loginOf(values: Readonly<Record<string, Cell>>): string {
  const email = values["email"];
  const address = typeof email === "string" ? email : Array.isArray(email) && Array.isArray(email[0]) ? String(email[0][0] ?? "") : "";
  if (address) return address;
  const surname = latin(String(values["surname"] ?? ""));
  const first = latin(String(values["first_name"] ?? "")).slice(0, 1);
  return surname && first ? `${first}.${surname}` : surname;
}
