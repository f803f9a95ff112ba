import { request } from "./http";

export interface Notice {
  readonly id: number;
  readonly kind: string;
  readonly at: string;
  readonly read_at: string | null;
  /** Label null: the record is gone, or no longer to be seen; entity null: its object is. */
  readonly about: readonly [entity: string | null, id: number, label: string | null];
}

export const readNotices = (): Promise<{ notices: readonly Notice[] }> => request("GET", "/api/notices");

export const markRead = (ids: readonly number[]): Promise<{ read: number }> => request("POST", "/api/notices/read", { ids });
