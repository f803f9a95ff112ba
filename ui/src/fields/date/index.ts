import { CalendarClock, CalendarDays } from "@lucide/vue";
import { h } from "vue";
import type { Cell, Field } from "../../api/types";
import { now } from "../../words/clock";
import { fromLocal, sayDay, sayInstant, toLocal, today } from "../../words/format";
import { cellComponent } from "../display";
import { entryEdit } from "../entryEdit";
import type { Entry, FieldType } from "../types";
import { askDate, askInstant } from "./ask";

const DEADLINES = ["deadline", "due_at"];

// A deadline that has passed is a worry only while the record is in work.
const isLate = (cell: Cell, field: Field, settled: boolean): boolean =>
  !settled && DEADLINES.includes(field.role) && (String(cell).length > 10 ? Date.parse(String(cell)) < now() : String(cell) < today());

const display = (say: (text: string) => string): FieldType["display"] => cellComponent(({ cell, field, settled }) =>
  cell ? h("span", { class: ["num ell", { overdue: isLate(cell, field, settled ?? false) }] }, say(String(cell))) : null);

// With points it is day.month.year; slashes are left to the server, since «03/11» may be either.
const RUSSIAN_DAY = /^(\d{1,2})\.(\d{1,2})\.([12]\d{3})$/;

// Date.parse takes «31 апреля» for the first of May; a day that is not in the calendar is not a date.
function isDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return /^[12]\d{3}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

const dateEntry: Entry = {
  input: "date",
  show: (cell) => String(cell ?? ""),
  read(text) {
    const russian = RUSSIAN_DAY.exec(text.trim());
    const day = russian ? `${russian[3]}-${(russian[2] ?? "").padStart(2, "0")}-${(russian[1] ?? "").padStart(2, "0")}` : text.trim();
    return isDay(day) ? { cell: day } : { problem: "field.not_a_date" };
  },
};

const instantEntry: Entry = {
  input: "datetime-local",
  show: (cell) => (cell ? toLocal(String(cell)) : ""),
  read(text, field) {
    // «31.01.2027 14:30» as people type it, or what the browser's own input gives.
    const [, day = "", time = "00:00"] = /^(\S+?)(?:[T ,]+(\d{1,2}:\d{2}).*)?$/.exec(text.trim()) ?? [];
    const read = dateEntry.read(day, field);
    const local = "cell" in read ? `${String(read.cell)}T${time.padStart(5, "0")}` : "";
    return Number.isNaN(Date.parse(local)) ? { problem: "field.not_a_date" } : { cell: fromLocal(local) };
  },
};

export const date: FieldType = {
  icon: CalendarDays,
  say: (cell) => (cell ? sayDay(String(cell)) : ""),
  display: display(sayDay),
  edit: entryEdit(dateEntry),
  entry: dateEntry,
  ask: askDate,
};

export const datetime: FieldType = {
  icon: CalendarClock,
  say: (cell) => (cell ? sayInstant(String(cell)) : ""),
  display: display(sayInstant),
  edit: entryEdit(instantEntry),
  entry: instantEntry,
  ask: askInstant,
};
