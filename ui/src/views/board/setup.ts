/** How one board is laid out: its columns, its swim lanes, which columns are folded, how many cards are too many.  It is
    kept with the view, personal or shared, as everything else of it; which swim lanes are folded is each person's own. */
import type { Ref } from "vue";
import type { Json } from "../../api/types";
import type { ViewSettings } from "../settings";
import type { Lane } from "./groups";

export interface BoardSetup {
  /** "" the view's own. */
  readonly group: string;
  /** The field of the swim lanes; "" none. */
  readonly swim: string;
  readonly shut: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** The columns of one swim lane, as the board moves cards between them. */
export interface Section {
  readonly lanes: Ref<readonly Lane[]>;
  load(quietly?: boolean): Promise<void>;
}

const isObject = (told: unknown): told is Readonly<Record<string, unknown>> => typeof told === "object" && told !== null && !Array.isArray(told);
const text = (told: unknown): string => (typeof told === "string" ? told : "");

/** What a program or another version of this one wrote may be anything. */
export function readSetup(settings: ViewSettings): BoardSetup {
  const kept: unknown = settings.more.value["board"];
  const told = isObject(kept) ? kept : {};
  const limits = Object.entries(isObject(told["limits"]) ? told["limits"] : {}).filter((one): one is [string, number] => Number.isInteger(one[1]) && Number(one[1]) > 0);
  const shut = Array.isArray(told["shut"]) ? told["shut"].filter((one): one is string => typeof one === "string") : [];
  return { group: text(told["group"]), swim: text(told["swim"]), shut, limits: Object.fromEntries(limits) };
}

/** Only what differs from a plain board, in one order: a board put back as it was is not a changed view. */
export function writeSetup(settings: ViewSettings, setup: BoardSetup): void {
  const limits = Object.fromEntries(Object.entries(setup.limits).sort(([one], [other]) => (one < other ? -1 : 1)));
  const board: Readonly<Record<string, Json>> = {
    ...(setup.group ? { group: setup.group } : {}), ...(setup.swim ? { swim: setup.swim } : {}),
    ...(setup.shut.length ? { shut: [...setup.shut].sort() } : {}), ...(Object.keys(limits).length ? { limits } : {}),
  };
  const { board: _, ...others } = settings.more.value;
  settings.more.value = Object.keys(board).length ? { ...others, board } : others;
}

export const toggled = (list: readonly string[], key: string): readonly string[] => (list.includes(key) ? list.filter((one) => one !== key) : [...list, key]);
