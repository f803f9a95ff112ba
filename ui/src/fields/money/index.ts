/** Money: [amount, currency].  Server twin: svyaz/fields/money.py. */
import { Banknote } from "@lucide/vue";
import type { Cell, Field, MoneyCell } from "../../api/types";
import { sayMoney } from "../../words/format";
import { entryEdit } from "../entryEdit";
import { askNumber, readDecimal } from "../numbers";
import type { Entry, FieldType, Read } from "../types";

const moneyOf = (cell: Cell): MoneyCell | null => (Array.isArray(cell) && cell.length >= 2 ? (cell as unknown as MoneyCell) : null);

// What people type after a sum, and the currency they mean.
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/(₽|руб(лей|ля|\.)?|р\.?)$/i, "RUB"], [/(\$|usd)$/i, "USD"], [/(€|eur)$/i, "EUR"], [/(¥|cny)$/i, "CNY"], [/([a-z]{3})$/i, ""],
];

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
  for (const [sign, code] of SIGNS) {
    const match = sign.exec(rest);
    if (!match) continue;
    currency = code || match[0].toUpperCase();
    rest = rest.slice(0, match.index);
    break;
  }
  const amount = readDecimal(rest, digitsOf(currency));
  return amount === null ? { problem: "field.not_money" } : { cell: [amount, currency] };
}

// A field without a currency of its own keeps the one it has; a new value comes in the company's, which the server knows.
const currencyOf = (cell: Cell, field: Field): string => field.options.currency ?? moneyOf(cell)?.[1] ?? "RUB";

const entry: Entry = {
  input: "decimal",
  show(cell) {
    const money = moneyOf(cell);
    return money ? money[0].replace(/\.0+$/, "").replace(".", ",") : "";
  },
  read: (text, field) => readMoney(text, currencyOf(null, field)),
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
