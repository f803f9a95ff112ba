/** Changes of the configuration that wait for their hour: put off, looked at, called off, applied at once. */
import type { Edit, Outcome, Wanted } from "./configurator";
import { request } from "./http";

export interface Waiting {
  readonly id: number;
  readonly at: string;
  readonly by: readonly [id: number, label: string] | null;
  readonly title: string;
  readonly revision: number;
  /** It will be applied at its hour, as things are now. */
  readonly in_time: boolean;
  /** Why it was not applied; null while it waits. */
  readonly problem: string | null;
  readonly seconds: number;
  readonly steps: readonly string[];
  readonly edits: readonly Edit[];
  readonly restore: number | null;
}

/** at: an instant; "" for the coming night. */
export const putOff = (revision: number, wanted: Wanted, title: string, confirm: string, at: string): Promise<{ readonly id: number; readonly at: string }> =>
  request("POST", "/api/schema/later", { revision, ...wanted, title, confirm, ...(at ? { at } : {}) });

export const listWaiting = async (): Promise<readonly Waiting[]> => (await request<{ changes: readonly Waiting[] }>("GET", "/api/schema/later")).changes;

export const callOff = (id: number): Promise<void> => request("DELETE", `/api/schema/later/${id}`);

export const applyWaiting = (id: number): Promise<Outcome> => request("POST", `/api/schema/later/${id}/apply`, {});
