/** How long: whole seconds, typed and said in hours and minutes.  Server twin: svyaz/fields/duration.py. */
import { Timer } from "@lucide/vue";
import { t } from "../../words";
import { entryEdit } from "../entryEdit";
import { askAmount } from "../numbers";
import type { Entry, FieldType } from "../types";

const SIZES = [604_800, 86_400, 3600, 60, 1] as const;
const AMOUNT = String.raw`(\d{1,9}(?:[.,]\d{1,6})?)`;
const WORDS = [
  String.raw`недел[яиюь]|нед\.?|weeks?|w`, String.raw`день|дня|дней|дн\.?|д\.?|сут(?:ки|ок)?\.?|days?|d`, String.raw`час(?:а|ов)?|ч\.?|hours?|hrs?|h`,
  String.raw`минут[аыу]?|мин\.?|м\.?|minutes?|mins?|m`, String.raw`секунд[аыу]?|сек\.?|с\.?|seconds?|secs?|s`,
];
const WORDED = new RegExp(`^${WORDS.map((words) => String.raw`(?:${AMOUNT}\s*(?:${words}))?`).join(String.raw`\s*`)}$`, "i");
const CLOCK = /^(\d{1,9}):([0-5]\d)(?::([0-5]\d))?$/;

/** «1 ч 30 мин», «1:30», «1,5 ч» -> 5400; null when it is no length: a bare number may be hours or minutes. */
export function readDuration(text: string): number | null {
  const plain = text.trim().replace(/^[−–]/, "-");
  const sign = plain.startsWith("-") ? -1 : 1;
  const seconds = secondsOf(plain.replace(/^[-+]\s*/, ""));
  return seconds === null || !Number.isSafeInteger(seconds) ? null : sign * seconds;
}

function secondsOf(body: string): number | null {
  const clock = CLOCK.exec(body);
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  const amounts = WORDED.exec(body)?.slice(1);
  if (!amounts?.some((one) => one !== undefined)) return null;
  // In millionths, so that 0.1 hour is 360 seconds exactly.
  const millionths = amounts.reduce((sum, one, at) => sum + Math.round(Number((one ?? "0").replace(",", ".")) * 1e6) * (SIZES[at] ?? 0), 0);
  return millionths / 1e6;
}

/** 5400 -> «1 ч 30 мин»; hours are not made days. */
export function sayDuration(seconds: number): string {
  let left = Math.abs(Math.round(seconds));
  const parts: string[] = [];
  for (const [size, unit] of [[3600, "hours"], [60, "minutes"], [1, "seconds"]] as const) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(t(`field.length.${unit}`, { count }));
  }
  return `${seconds < 0 && parts.length ? "−" : ""}${parts.join(" ") || t("field.length.minutes", { count: 0 })}`;
}

const entry: Entry = {
  input: "text",
  show: (cell) => (cell == null ? "" : sayDuration(Number(cell))),
  read(text) {
    const cell = readDuration(text);
    return cell === null ? { problem: "field.not_a_length" } : { cell };
  },
};

const literal = (text: string): string | null => {
  const seconds = readDuration(text);
  return seconds === null ? null : String(seconds);
};

export const duration: FieldType = {
  icon: Timer,
  align: "end",
  say: (cell) => (cell == null ? "" : sayDuration(Number(cell))),
  edit: entryEdit(entry, "end"),
  entry,
  ask: askAmount(literal, (seconds) => sayDuration(Number(seconds))),
};
