/** Money: [amount, currency].  Server twin: svyaz/fields/money.py. */
import { Banknote } from "@lucide/vue";
import type { Cell, Field, MoneyCell } from "../../api/types";
import { sayMoney } from "../../words/format";
import { entryEdit } from "../entryEdit";
import { askNumber, readDecimal } from "../numbers";
import type { Entry, FieldType, Read } from "../types";

const moneyOf = (cell: Cell): MoneyCell | null => (Array.isArray(cell) && cell.length >= 2 ? (cell as unknown as MoneyCell) : null);

// What people type beside a sum, before it or after, and the currency they mean.
const SIGNS: Readonly<Record<string, string>> = { "₽": "RUB", "руб": "RUB", "руб.": "RUB", "рубля": "RUB", "рублей": "RUB", "р": "RUB", "р.": "RUB", "$": "USD", "€": "EUR", "₸": "KZT", "£": "GBP" };
const BEFORE = /^([-−]?)\s*([₽$€₸£])\s*/u;
const AFTER = /\s*([₽$€₸£]|руб(?:лей|ля|\.)?|р\.?|[a-z]{3})$/iu;

const digitsOf = (currency: string): number => {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
};

export function readMoney(text: string, fallback: string): Read {
  let rest = text.trim();
  let currency = fallback;
  const sign = BEFORE.exec(rest) ?? AFTER.exec(rest);
  if (sign) {
    const written = (sign[2] ?? sign[1] ?? "").toLocaleLowerCase();
    currency = SIGNS[written] ?? written.toLocaleUpperCase();
    rest = sign[2] === undefined ? rest.slice(0, sign.index) : `${sign[1] ?? ""}${rest.slice(sign[0].length)}`;
  }
  const amount = isCurrency(currency) ? readDecimal(rest, digitsOf(currency)) : null;
  return amount === null ? { problem: "field.not_money" } : { cell: [amount, currency] };
}

const isCurrency = (code: string): boolean => Intl.supportedValuesOf("currency").includes(code);

const usualCurrency = (field: Field): string => field.options.currency ?? field.options.base ?? "RUB";

const entry: Entry = {
  input: "decimal",
  // Another currency than the usual stands in the input, so that typing a new sum does not change it unseen.
  show(cell, field) {
    const money = moneyOf(cell);
    if (!money) return "";
    const amount = money[0].replace(/\.0+$/, "").replace(".", ",");
    return money[1] === usualCurrency(field) ? amount : `${amount} ${money[1]}`;
  },
  read: (text, field) => readMoney(text, usualCurrency(field)),
};

export const money: FieldType = {
  icon: Banknote,
  align: "end",
  width: 140,
  say(cell) {
    const value = moneyOf(cell);
    return value ? sayMoney(value[0], value[1]) : "";
  },
  edit: entryEdit(entry, "end"),
  entry,
  ask: askNumber,
};
