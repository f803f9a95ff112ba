/** What a save may have to ask: whose value stays, or values without which the stage cannot be entered.
    The dialogs are shown once, by the shell; the save waits for the answer. */
import { shallowRef } from "vue";
import type { Cell, Field } from "../api/types";
import type { Rec } from "./cache";

type Values = Record<string, Cell>;

export interface Clash {
  readonly field: Field;
  readonly mine: Cell;
  readonly theirs: Cell;
}

export interface Conflict {
  readonly rec: Rec;
  readonly clashes: readonly Clash[];
  /** Values to save over the others', or null: everything of theirs stays. */
  answer(mine: Values | null): void;
}

export interface Demand {
  readonly rec: Rec;
  readonly title: string;
  readonly fields: readonly Field[];
  readonly problems: Readonly<Record<string, string>>;
  answer(values: Values | null): void;
}

export const conflict = shallowRef<Conflict | null>(null);
export const demand = shallowRef<Demand | null>(null);

export const askConflict = (rec: Rec, clashes: readonly Clash[]): Promise<Values | null> =>
  new Promise((resolve) => {
    conflict.value = { rec, clashes, answer: (mine) => { conflict.value = null; resolve(mine); } };
  });

export const askDemand = (question: Omit<Demand, "answer">): Promise<Values | null> =>
  new Promise((resolve) => {
    demand.value = { ...question, answer: (values) => { demand.value = null; resolve(values); } };
  });
