/** Calls of reports: a pivot, a funnel, the records behind its figures. */
import { request } from "./http";
import type { Cell, Page } from "./types";

export interface PivotBody {
  readonly entity: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly measures: readonly string[];
  readonly filter: string;
  /** A day whose base is asked; absent for now. */
  readonly as_of?: string;
}

/** rows, columns: headers; a shorter one is the total of what stands before it, [] the total of all.
    cells[row][column]: one for each measure, null where there are no records. */
export interface PivotAnswer {
  readonly rows: readonly (readonly Cell[])[];
  readonly columns: readonly (readonly Cell[])[];
  readonly measures: readonly string[];
  readonly cells: readonly (readonly (readonly Cell[] | null)[])[];
  readonly row_filters: readonly string[];
  readonly column_filters: readonly string[];
}

export interface FunnelBody {
  readonly entity: string;
  readonly pipeline: string;
  /** Days of the company's zone, both included; null is open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string | null;
  readonly filter: string;
  readonly as_of?: string;
}

export interface Counted {
  readonly records: number;
  readonly amount: Cell;
}

export type StageFigure = "entered" | "went_on" | "won_after" | "left" | "in_progress" | "lost";

export type FunnelRow = Readonly<Record<StageFigure, Counted>> & {
  readonly stage: string;
  /** Of those who came: all but those that still wait there. */
  readonly decided: number;
  readonly conversion: number | null;
  readonly days_median: number | null;
  readonly days_90: number | null;
  readonly stuck?: number;
};

export interface FunnelFigures {
  readonly rows: readonly FunnelRow[];
  readonly won: Counted;
  readonly lost: Counted;
  readonly win_share: number | null;
  readonly weakest: string | null;
}

export type FunnelGroup = FunnelFigures & { readonly value: Cell; readonly filter: string };

export type Loss = Counted & {
  readonly reason: Cell;
  readonly filter: string;
  readonly stages: readonly (Counted & { readonly stage: string })[];
};

export interface FunnelAnswer {
  readonly pipeline: string;
  readonly amount: string | null;
  readonly reason: string | null;
  readonly stages: readonly { readonly key: string; readonly title: string; readonly hue: number }[];
  readonly whole: FunnelFigures;
  readonly groups: readonly FunnelGroup[];
  readonly losses: readonly Loss[];
}

export interface Behind {
  readonly figure: StageFigure | "stuck" | "won";
  readonly stage: string;
  readonly fields: readonly string[];
  readonly limit: number;
  readonly offset: number;
}

export const runPivot = (body: PivotBody, signal: AbortSignal): Promise<PivotAnswer> => request("POST", "/api/reports/run", body, signal);

export const runFunnel = (body: FunnelBody, signal: AbortSignal): Promise<FunnelAnswer> => request("POST", "/api/reports/funnel", body, signal);

export const readBehind = (body: FunnelBody & Behind): Promise<Omit<Page, "next" | "count"> & { readonly count: number }> =>
  request("POST", "/api/reports/funnel/records", body);
