import { locale } from "../../words";

/** «20 октября 2016»: always with the year, since it is the year and the month that are looked at. */
export function fullDay(iso: string): string {
  const day = new Intl.DateTimeFormat(locale(), { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" }).format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
  const clock = iso.length > 10 ? `, ${iso.slice(11, 16)}` : "";
  return day.replace(/\sг\.$/, "") + clock;
}

export const isDay = (value: unknown): value is string => typeof value === "string" && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}|$)/.test(value);
