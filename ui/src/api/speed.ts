/** What would make a slow list fast. */
import { queryText, request } from "./http";

export interface Slow {
  /** [key, title] of the fields that the question looks at and no index serves. */
  readonly fields: readonly (readonly [string, string])[];
  readonly may: boolean;
}

export const readSlow = (entity: string, filter: string, sort: string): Promise<Slow> => request("GET", `/api/records/${entity}/speed${queryText({ filter, sort })}`);

export const speedUp = (entity: string, fields: readonly string[]): Promise<{ readonly job: number }> => request("POST", `/api/records/${entity}/speed`, { fields });
