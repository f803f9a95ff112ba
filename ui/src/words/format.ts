/** Numbers, money and dates as people of the chosen language write them.  Days are days of the company's zone. */
import { now } from "./clock";
import { locale } from "./index";

let zone = "Europe/Moscow";
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

export function setZone(chosen: string): void {
  zone = chosen;
}

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const name = `${locale()} ${zone} ${key}`;
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found as T;
}

// Intl takes decimal text without losing digits; the library type for it is a template of the language.
const exact = (text: string | number): number => text as number;

export const sayNumber = (value: string | number, digits = 0, least = 0): string =>
  cached(`n${digits}.${least}`, () => new Intl.NumberFormat(locale(), { minimumFractionDigits: least, maximumFractionDigits: digits, useGrouping: "min2" })).format(exact(value));

/** "1200.00", "RUB" -> «1 200 ₽»: kopecks are shown only when there are any. */
export function sayMoney(amount: string | number, currency: string): string {
  const whole = /^-?\d+(\.0*)?$/.test(String(amount));
  return cached(`m${currency}${whole}`, () => new Intl.NumberFormat(locale(), {
    style: "currency", currency, currencyDisplay: "narrowSymbol", ...(whole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  })).format(exact(amount));
}

/** «22,76 млрд ₽» for the head of a column. */
export function sayMoneyShort(amount: string | number, currency: string): string {
  if (Math.abs(Number(amount)) < 1_000_000) return sayMoney(String(Math.round(Number(amount))), currency);
  return cached(`s${currency}`, () => new Intl.NumberFormat(locale(), {
    style: "currency", currency, currencyDisplay: "narrowSymbol", notation: "compact", maximumFractionDigits: 2,
  })).format(Number(amount));
}

/** The day of an instant in the company's zone, as "2026-11-24". */
export const dayOf = (instant: Date): string =>
  cached("iso", () => new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })).format(instant);

export const today = (): string => dayOf(new Date(now()));

/** «18 нояб.», with the year when it is not the current one. */
export function sayDay(day: string): string {
  const sameYear = day.slice(0, 4) === today().slice(0, 4);
  const format = cached(`d${sameYear}`, () => new Intl.DateTimeFormat(locale(), {
    timeZone: "UTC", day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }),
  }));
  return format.format(new Date(`${day}T00:00:00Z`)).replace(/\sг\.$/, "");
}

/** «24 ноября»: the heading of a day. */
export function sayDayLong(day: string): string {
  const sameYear = day.slice(0, 4) === today().slice(0, 4);
  const format = cached(`D${sameYear}`, () => new Intl.DateTimeFormat(locale(), {
    timeZone: "UTC", day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }),
  }));
  return format.format(new Date(`${day}T00:00:00Z`)).replace(/\sг\.$/, "");
}

export const sayTime = (instant: string): string =>
  cached("t", () => new Intl.DateTimeFormat(locale(), { timeZone: zone, hour: "2-digit", minute: "2-digit" })).format(new Date(instant));

export const sayInstant = (instant: string): string => `${sayDay(dayOf(new Date(instant)))}, ${sayTime(instant)}`;

/** "2026-11-24T14:30" of the company's zone, as <input type=datetime-local> wants it. */
export const toLocal = (instant: string): string => `${dayOf(new Date(instant))}T${clockTime(new Date(instant))}`;

/** The instant, in UTC, at which clocks of the company's zone show this local time. */
export function fromLocal(local: string): string {
  const wanted = Date.parse(`${local.slice(0, 16)}:00Z`);
  // Twice: the first guess may lie on the other side of a change of the clocks.
  let guess = wanted;
  for (let step = 0; step < 2; step++) guess += wanted - Date.parse(`${toLocal(new Date(guess).toISOString())}:00Z`);
  return new Date(guess).toISOString().replace(/\.\d+Z$/, "Z");
}

const clockTime = (instant: Date): string =>
  cached("iso-time", () => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" })).format(instant);

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export function saySize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const power = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)));
  const unit = units[power] ?? "byte";
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0 }).format(bytes / 1024 ** power);
}
