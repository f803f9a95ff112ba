/** Lists to choose from: zones by their clock, days of the week, currencies; said by Intl in the reader's language. */
import { locale, tryWords } from "../../words";

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

const RUSSIA: Readonly<Record<string, string>> = {
  "Europe/Kaliningrad": "kaliningrad", "Europe/Moscow": "moscow", "Europe/Samara": "samara", "Asia/Yekaterinburg": "yekaterinburg", "Asia/Omsk": "omsk",
  "Asia/Novosibirsk": "novosibirsk", "Asia/Krasnoyarsk": "krasnoyarsk", "Asia/Irkutsk": "irkutsk", "Asia/Yakutsk": "yakutsk", "Asia/Vladivostok": "vladivostok",
  "Asia/Magadan": "magadan", "Asia/Kamchatka": "kamchatka",
};

/** «Москва (UTC+3)»: a zone by its city, as people say it. */
export function zoneTitle(zone: string): string {
  const city = (RUSSIA[zone] && tryWords(`settings.zones.${RUSSIA[zone]}`)) ?? zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  return `${city} (${offsetOf(zone).replace(/([+-])0?(\d+):00/, "$1$2") || "UTC"})`;
}

/** Zones of Russia first, from west to east; then all the others, so too. */
export function zones(chosen: string): readonly Choice<string>[] {
  const east = (one: string): number => minutes(offsetOf(one));
  const others = [...new Set([...Intl.supportedValuesOf("timeZone"), chosen])].filter((one) => !(one in RUSSIA));
  const sorted = others.map((key) => ({ key, at: east(key) })).sort((one, other) => one.at - other.at || one.key.localeCompare(other.key)).map(({ key }) => key);
  return [...Object.keys(RUSSIA), ...sorted].map((key) => ({ key, title: zoneTitle(key) }));
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
