/** What a person has chosen for one board: its columns, its swim lanes, which are folded, how many cards are too many. */
import type { Ref } from "vue";
import type { Lane } from "./groups";

export interface BoardSetup {
  /** "" the view's own. */
  readonly group: string;
  /** The field of the swim lanes; "" none. */
  readonly swim: string;
  readonly shut: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Swim lanes that are folded. */
  readonly folded: readonly string[];
}

export const PLAIN: BoardSetup = { group: "", swim: "", shut: [], limits: {}, folded: [] };

/** The columns of one swim lane, as the board moves cards between them. */
export interface Section {
  readonly lanes: Ref<readonly Lane[]>;
  load(quietly?: boolean): Promise<void>;
}

export const toggled = (list: readonly string[], key: string): readonly string[] => (list.includes(key) ? list.filter((one) => one !== key) : [...list, key]);
