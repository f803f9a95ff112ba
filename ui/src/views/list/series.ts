/** What goes on by itself when a range is filled: 1, 2 → 3; days and months; names of weekdays and months; «Этап 1, Этап 2». */
import type { Cell, Field } from "../../api/types";
import { fieldType } from "../../fields";
import { language } from "../../words";
import { addDays, fromLocal, toLocal } from "../../words/format";

/** The cell at a place counted from the first of the given ones; below 0 is above it. */
export type Series = (place: number) => Cell;

/** null when the cells follow no rule, or are fewer than two: then they are repeated. */
export function seriesOf(field: Field, cells: readonly Cell[]): Series | null {
  if (cells.length < 2 || cells.some((cell) => cell === null || cell === "")) return null;
  const input = fieldType(field).entry?.input;
  if (input === "decimal" || input === "numeric") return numbers(cells);
  if (input === "date") return days(cells.map(String));
  if (input === "datetime-local") return instants(cells.map(String));
  return input === "text" && cells.every((cell) => typeof cell === "string") ? (names(cells) ?? endings(cells)) : null;
}

// ------------------------------------------------------------------ numbers: exact, whatever their length

interface Exact {
  readonly units: bigint;
  readonly scale: number;
}

function exact(text: string): Exact | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) return null;
  const [, sign = "", whole = "", part = ""] = found;
  return { units: BigInt(`${sign}${whole}${part}`), scale: part.length };
}

const scaled = ({ units, scale }: Exact, to: number): bigint => units * 10n ** BigInt(to - scale);

function written(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${scale ? `.${digits.slice(-scale)}` : ""}`;
}

/** The constant step of whole numbers; null when it is not constant. */
function stepOf(units: readonly bigint[]): bigint | null {
  const step = (units[1] ?? 0n) - (units[0] ?? 0n);
  return units.every((one, at) => at === 0 || one - (units[at - 1] ?? 0n) === step) ? step : null;
}

function numbers(cells: readonly Cell[]): Series | null {
  const first = cells[0];
  // Money goes on in its own currency only.
  const currency = Array.isArray(first) ? first[1] : undefined;
  if (cells.some((cell) => Array.isArray(cell) !== Array.isArray(first) || (Array.isArray(cell) && cell[1] !== currency))) return null;
  const read = cells.map((cell) => exact(String(Array.isArray(cell) ? cell[0] : cell)));
  if (read.some((one) => one === null)) return null;
  const scale = Math.max(...read.map((one) => one?.scale ?? 0));
  const units = read.map((one) => scaled(one as Exact, scale));
  const step = stepOf(units);
  if (step === null) return null;
  return (place) => {
    const text = written((units[0] ?? 0n) + step * BigInt(place), scale);
    return Array.isArray(first) ? [text, currency as Cell] : typeof first === "number" ? Number(text) : text;
  };
}

// ------------------------------------------------------------------ days and instants

const DAY_MS = 86_400_000;
const monthOf = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
const lengthOf = (month: number): number => new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();

function days(cells: readonly string[]): ((place: number) => string) | null {
  const [first = ""] = cells;
  // The same day of each month, or the last of each: 31.01, 28.02, 31.03.
  const months = stepOf(cells.map((day) => BigInt(monthOf(day))));
  const last = cells.every((day) => Number(day.slice(8)) === lengthOf(monthOf(day)));
  const same = cells.every((day) => day.slice(8) === first.slice(8));
  if (months === null || months === 0n || !(last || same)) {
    const step = stepOf(cells.map((day) => BigInt(Math.round(Date.parse(day) / DAY_MS))));
    return step === null ? null : (place) => addDays(first, Number(step) * place);
  }
  return (place) => {
    const month = monthOf(first) + Number(months) * place;
    const of = last ? lengthOf(month) : Math.min(Number(first.slice(8)), lengthOf(month));
    return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-${String(of).padStart(2, "0")}`;
  };
}

/** By the clock of the company when the hour is the same each day, otherwise by equal stretches of time. */
function instants(cells: readonly string[]): Series | null {
  const local = cells.map(toLocal);
  const hour = local[0]?.slice(11);
  const byDay = local.every((one) => one.slice(11) === hour) ? days(local.map((one) => one.slice(0, 10))) : null;
  if (byDay) return (place) => fromLocal(`${byDay(place)}T${hour}`);
  const step = stepOf(cells.map((one) => BigInt(Date.parse(one))));
  return step === null ? null : (place) => new Date(Date.parse(cells[0] ?? "") + Number(step) * place).toISOString().replace(/\.\d+Z$/, "Z");
}

// ------------------------------------------------------------------ texts

/** Names that go round: weekdays and months, whole and short, in the language of the reader. */
function rounds(): readonly (readonly string[])[] {
  const say = (options: Intl.DateTimeFormatOptions, dates: readonly Date[]): string[] => {
    const format = new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" });
    return dates.map((date) => format.format(date).toLocaleLowerCase());
  };
  const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)));
  const year = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2024, month, 15)));
  return (["long", "short"] as const).flatMap((size) => [say({ weekday: size }, week), say({ month: size }, year)]);
}

function names(cells: readonly string[]): Series | null {
  const low = cells.map((cell) => cell.trim().toLocaleLowerCase());
  for (const round of rounds()) {
    const places = low.map((one) => round.indexOf(one));
    if (places.includes(-1)) continue;
    const apart = (at: number): number => ((places[at] ?? 0) - (places[at - 1] ?? 0) + round.length) % round.length;
    const step = apart(1);
    if (places.some((_, at) => at > 0 && apart(at) !== step)) return null;
    const capital = cells[0]?.[0] !== low[0]?.[0];
    return (place) => {
      const at = (((places[0] ?? 0) + step * place) % round.length + round.length) % round.length;
      const name = round[at] ?? "";
      return capital ? name.slice(0, 1).toLocaleUpperCase() + name.slice(1) : name;
    };
  }
  return null;
}

/** «Этап 1, Этап 2»: the same words with a number at the end; zeros before it are kept. */
function endings(cells: readonly string[]): Series | null {
  const read = cells.map((cell) => /^(.*?)(\d{1,15})$/.exec(cell));
  const words = read[0]?.[1];
  if (read.some((one) => one === null || one[1] !== words)) return null;
  const step = stepOf(read.map((one) => BigInt(one?.[2] ?? 0)));
  if (step === null || step === 0n) return null;
  const [, , digits = ""] = read[0] ?? [];
  const wide = digits.startsWith("0") ? digits.length : 0;
  return (place) => {
    const number = BigInt(digits) + step * BigInt(place);
    return number < 0n ? (cells[0] ?? "") : `${words}${String(number).padStart(wide, "0")}`;
  };
}
