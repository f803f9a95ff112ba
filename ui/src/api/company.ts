/** The company about itself: settings, calendar, numbering, connectors; and its first days. */
import { request } from "./http";

export interface CompanyView {
  readonly title: string;
  readonly currency: string;
  /** The object that has sums already, so that the currency cannot be changed; null: it can. */
  readonly currency_held_by: string | null;
  readonly zone: string;
  readonly first_weekday: number;
  readonly logo: string | null;
  readonly trash_days: number;
  readonly requisites: { readonly url: string; readonly has_token: boolean; readonly private: boolean; readonly usual_url: string };
}

export type DayKind = "off" | "work" | "short";

export interface YearCalendar {
  readonly year: number;
  readonly weekdays: readonly number[];
  readonly hours: readonly (readonly [string, string])[];
  readonly days: Readonly<Record<string, DayKind>>;
  readonly own: boolean;
  readonly named: boolean;
  readonly worked: number;
}

export interface Numbering {
  readonly entity: string;
  readonly entity_title: string;
  readonly field: string;
  readonly title: string;
  readonly pattern: string;
  readonly reset: "year" | "never";
  readonly last: number;
  readonly examples: readonly string[];
}

export interface StartView {
  readonly sample: { readonly state: "none" | "offered" | "loaded" | "removed"; readonly undo: number | null };
  readonly steps: readonly { readonly key: string; readonly entity: string; readonly done: boolean }[];
}

export interface KeptRecord {
  readonly entity: string;
  readonly id: number;
  readonly label: string | null;
  readonly reason: string;
}

type Numbered = Pick<Numbering, "entity" | "field" | "pattern" | "reset">;

export const readCompany = (): Promise<CompanyView> => request("GET", "/api/company");
export const changeCompany = (body: Partial<Pick<CompanyView, "title" | "currency" | "zone" | "first_weekday">>): Promise<void> => request("PUT", "/api/company", body);
export const logoAddress = (digest: string): string => `/api/company/logo?v=${digest}`;
export const dropLogo = (): Promise<void> => request("DELETE", "/api/company/logo");
export function putLogo(file: File): Promise<{ logo: string }> {
  const form = new FormData();
  form.append("file", file);
  return request("POST", "/api/company/logo", form);
}

export const readCalendar = (year: number): Promise<YearCalendar> => request("GET", `/api/company/calendar/${year}`);
export const putCalendar = (year: number, days: YearCalendar["days"] | null): Promise<YearCalendar> => request("PUT", `/api/company/calendar/${year}`, { days });
export const putWeek = (weekdays: readonly number[], hours: YearCalendar["hours"]): Promise<void> => request("PUT", "/api/company/week", { weekdays, hours });

export const readNumbering = (): Promise<{ numbering: readonly Numbering[] }> => request("GET", "/api/company/numbering");
export const tryNumbering = (body: Numbered): Promise<{ examples: readonly string[] }> => request("POST", "/api/company/numbering/example", body);
export const putNumbering = (body: Numbered): Promise<void> => request("PUT", "/api/company/numbering", body);

export const putRequisitesService = (body: { url: string; token?: string; private: boolean }): Promise<void> => request("PUT", "/api/company/requisites", body);
/** Role of a field -> value. */
export const findRequisites = (inn: string): Promise<{ configured: boolean; values: Readonly<Record<string, string>> }> =>
  request("GET", `/api/requisites/${encodeURIComponent(inn)}`);

export const readStart = (): Promise<StartView> => request("GET", "/api/start");
export const loadSample = (): Promise<{ job: number }> => request("POST", "/api/start/sample", {});
export const planRemoval = (): Promise<{ back: number; kept: readonly KeptRecord[] }> => request("GET", "/api/start/sample/removal");
export const removeSample = (force: boolean): Promise<{ job: number }> => request("POST", "/api/start/sample/removal", { force });
export const stopJob = (id: number): Promise<void> => request("DELETE", `/api/jobs/${id}`);
export const returnSample = (): Promise<{ job: number }> => request("POST", "/api/start/sample/return", {});
