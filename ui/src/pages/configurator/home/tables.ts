/** The home page between the screen, which has titles in one language, and the configuration, which has them in both. */
import type { Json } from "../../../api/types";
import type { TitleTable } from "../../../api/configurator";
import { language } from "../../../words";
import { readPage, type HomeBlock, type HomeView } from "../../start/home";
import { say } from "../draft";

export type HomeTable = Readonly<Record<string, Json>>;
type Said = string | TitleTable | null | undefined;

const blocksOf = (table: HomeTable): readonly Readonly<Record<string, Json>>[] => (Array.isArray(table["block"]) ? (table["block"] as unknown as Readonly<Record<string, Json>>[]) : []);

/** null where nothing is drawn. */
export function readTable(table: HomeTable | undefined): HomeView | null {
  if (!table || !Object.keys(table).length) return null;
  const blocks = blocksOf(table).map((one) => ({ ...one, kind: one["kind"] ?? "list", title: say(one["title"] as Said), ...(one["text"] === undefined ? {} : { text: say(one["text"] as Said) }) }));
  return readPage({ columns: table["columns"] ?? 3, blocks });
}

/** As put_home takes it.  A title that was not touched keeps its other language. */
export function writeTable(page: HomeView, before: HomeTable | undefined): HomeTable {
  const old = new Map(blocksOf(before ?? {}).map((one) => [String(one["key"]), one]));
  return { columns: page.columns, block: page.blocks.map((block) => writeBlock(block, old.get(block.key))) as unknown as Json };
}

function writeBlock(block: HomeBlock, before: Readonly<Record<string, Json>> | undefined): Readonly<Record<string, Json>> {
  const made: Record<string, Json> = {};
  for (const [name, value] of Object.entries(block)) {
    if (value === "" || value === undefined || (Array.isArray(value) && !value.length)) continue;
    made[name] = name === "title" || name === "text" ? inBoth(String(value), before?.[name] as Said) : (value as Json);
  }
  return made;
}

function inBoth(said: string, before: Said): Json {
  if (before && say(before) === said) return before as Json;
  const other = typeof before === "object" && before ? before : {};
  // A Russian title there must be; the other language rather than nothing.
  return { ...other, [language()]: said, ...(language() === "en" && !other.ru ? { ru: said } : {}) } as Json;
}
