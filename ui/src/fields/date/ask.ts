import { defineAsyncComponent } from "vue";
import type { Cell } from "../../api/types";
import { t } from "../../words";
import { addDays, fromLocal, sayDay, today } from "../../words/format";
import { dateLiteral, isEmpty, isFilled, quote } from "../formula";
import type { Asking, Condition } from "../types";
import { boundsOf, isPeriod } from "./periods";

const day = (value: Cell | undefined): string | null => (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null);

/** So many days from today or before it: «через 7 дней», «без изменений 30 дней». */
const COUNTED: readonly Condition[] = ["next_days", "last_days", "older", "later"];
const MOST_DAYS = 36_500;
const days = (value: Cell | undefined): number | null => (value != null && /^\d{1,5}$/.test(String(value)) ? Math.min(Number(value), MOST_DAYS) : null);

/** Every condition on a date is a stretch of whole days: [from, to). */
function stretch(condition: Condition, value: Cell): readonly [string | null, string | null] {
  const single = day(Array.isArray(value) ? value[0] : value);
  switch (condition) {
    case "period": return isPeriod(value) ? boundsOf(value) : [null, null];
    case "between": {
      const to = Array.isArray(value) ? day(value[1]) : null;
      return [single, to && addDays(to, 1)];
    }
    case "next_days": return days(value) === null ? [null, null] : [today(), addDays(today(), (days(value) ?? 0) + 1)];
    case "last_days": return days(value) === null ? [null, null] : [addDays(today(), -(days(value) ?? 0)), addDays(today(), 1)];
    case "older": return [null, days(value) === null ? null : addDays(today(), -(days(value) ?? 0))];
    case "later": return [days(value) === null ? null : addDays(today(), (days(value) ?? 0) + 1), null];
    case "before": return [null, single];
    case "after": return [single && addDays(single, 1), null];
    default: return [single, single && addDays(single, 1)];
  }
}

function asking(literal: (day: string) => string): Asking {
  return {
    conditions: ["period", "next_days", "last_days", "older", "later", "between", "equals", "before", "after", "filled", "empty"],
    component: defineAsyncComponent(() => import("./AskDate.vue")),
    clause(path, condition, value) {
      if (condition === "empty") return isEmpty(path);
      if (condition === "filled") return isFilled(path);
      const [from, to] = stretch(condition, value);
      return [from && `${path} >= ${literal(from)}`, to && `${path} < ${literal(to)}`].filter(Boolean).join(" and ");
    },
    say(value, condition) {
      if (condition === "period") return isPeriod(value) ? t(`period.${value}`) : "";
      if (COUNTED.includes(condition)) return days(value) === null ? "" : t("filter.days", { n: days(value) ?? 0 });
      if (condition !== "between") return sayOne(Array.isArray(value) ? value[0] : value);
      return Array.isArray(value) ? `${sayOne(value[0]) || "…"} – ${sayOne(value[1]) || "…"}` : "";
    },
  };
}

const sayOne = (value: Cell | undefined): string => {
  const known = day(value);
  return known ? sayDay(known) : "";
};

export const askDate = asking(dateLiteral);

// Midnight of the company's zone, said in UTC: an instant has no day of its own.
export const askInstant = asking((known) => quote(fromLocal(`${known}T00:00`)));
