/** Lists to choose from: zones by their clock, days of the week, currencies; said by Intl in the reader's language. */
import { locale } from "../../words";

interface Choice<K> {
  readonly key: K;
  readonly title: string;
}

function offsetOf(zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(new Date());
  return parts.find((one) => one.type === "timeZoneName")?.value.replace("GMT", "UTC") ?? "";
}

const minutes = (offset: string): number => {
  const found = /([+-])(\d\d):(\d\d)/.exec(offset);
  return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
};

/** Zones of Russia and its neighbours first would be a guess: all of them, from west to east. */
export function zones(chosen: string): readonly Choice<string>[] {
  const all = new Set([...Intl.supportedValuesOf("timeZone"), chosen]);
  return [...all].map((key) => ({ key, offset: offsetOf(key) }))
    .sort((one, other) => minutes(one.offset) - minutes(other.offset) || one.key.localeCompare(other.key))
    .map(({ key, offset }) => ({ key, title: `${offset} ${key.replaceAll("_", " ")}` }));
}

/** Monday 1 … Sunday 7; 5 January 2026 is a Monday. */
export const weekdayTitle = (day: number, width: "long" | "short" = "long"): string =>
  new Intl.DateTimeFormat(locale(), { weekday: width, timeZone: "UTC" }).format(new Date(Date.UTC(2026, 0, 4 + day)));

export const firstWeekdays = (): readonly Choice<number>[] => [1, 7, 6].map((key) => ({ key, title: weekdayTitle(key) }));

const CURRENCIES = ["RUB", "BYN", "KZT", "UZS", "AMD", "KGS", "AZN", "GEL", "USD", "EUR", "CNY", "TRY", "AED", "GBP", "INR"] as const;

export function currencies(chosen = ""): readonly Choice<string>[] {
  const names = new Intl.DisplayNames(locale(), { type: "currency" });
  return [...new Set([...(chosen ? [chosen] : []), ...CURRENCIES])].map((key) => ({ key, title: `${key} — ${names.of(key) ?? key}` }));
}
