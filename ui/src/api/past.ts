/** Reading of a past moment: a day means its end in the company's zone. */
import { queryText, request } from "./http";
import type { Page, RecordView } from "./types";

export interface PastBody {
  readonly as_of: string;
  readonly filter: string;
  readonly sort: string;
  readonly fields: readonly string[];
  readonly limit: number;
  readonly offset: number;
  readonly count: "none" | "exact";
}

export const readPast = (entity: string, body: PastBody, signal: AbortSignal): Promise<Page> => request("POST", `/api/records/${entity}/query`, body, signal);

export const readPastRecord = (entity: string, id: number, at: string): Promise<RecordView> => request("GET", `/api/records/${entity}/${id}${queryText({ as_of: at })}`);

export const pastExport = (entity: string, format: "xlsx" | "csv", body: Pick<PastBody, "as_of" | "filter" | "sort" | "fields">): string =>
  `/api/records/${entity}${queryText({ format, as_of: body.as_of, filter: body.filter, sort: body.sort, fields: body.fields.join(",") })}`;
