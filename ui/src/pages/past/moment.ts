/** The moment that is looked at: a day, meaning its end, or an instant, as an address may say. */
import type { LocationQueryValue } from "vue-router";
import { dayOf, sayDayLong, sayInstant } from "../../words/format";

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;

/** "" for what is no moment. */
export const readMoment = (text: LocationQueryValue | LocationQueryValue[] | undefined): string => (typeof text === "string" && MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? text : "");

const isDay = (moment: string): boolean => moment.length === 10;

export const dayOfMoment = (moment: string): string => (isDay(moment) ? moment : dayOf(new Date(moment)));

/** «3 марта»; of an instant with its time. */
export const sayMoment = (moment: string): string => (isDay(moment) ? sayDayLong(moment) : sayInstant(moment));
