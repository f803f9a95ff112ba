/** The home page as it is arranged: blocks in a grid of one to three columns, moved, widened, added and taken out. */
import type { HomeBlock, HomeView } from "../../api/types";
import { findEntity, findField, fieldByRole, menu, schema, stageField, type Entity, type Field } from "../../schema";
import { GRAINS, isDated, pathOf } from "../../views/grains";
import { mayGroup } from "../../views/list/groups";
import { t, type WordKey } from "../../words";

export type { HomeBlock, HomeView };

export const KINDS = ["list", "figure", "chart", "plan", "recent", "pinned", "text", "buttons"] as const;
export type Kind = (typeof KINDS)[number];
export const PERIODS = ["", ...GRAINS] as const;
export const MOST_BLOCKS = 30;

export const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);

export const kindTitle = (kind: string): string => t(`home.kind.${kind as Kind}` satisfies WordKey);

export function titleOf(block: HomeBlock): string {
  if (block.title) return block.title;
  const entity = findEntity(block.entity ?? "");
  if (block.kind === "list" && entity) return entity.views.find((view) => view.key === block.view)?.title ?? entity.plural;
  if ((block.kind === "figure" || block.kind === "chart") && entity) return measuredField(entity, block.measure)?.title ?? entity.plural;
  return isKind(block.kind) ? t(`home.usual.${block.kind}`) : "";
}

/** The field that is added up; null: records are counted. */
export function measuredField(entity: Entity, measure: string | undefined): Field | null {
  const key = measure?.split(":")[1];
  return key ? findField(entity, key) : null;
}

/** The object of planned activities: learned from its trait. */
export const planEntity = (): Entity | null => Object.values(schema().entities).find((one) => "activity" in one.traits) ?? null;

/** Whether there is anything to show to this person: what he may not see has no block, and no hole in its place. */
export function isSeen(block: HomeBlock): boolean {
  if (!isKind(block.kind)) return false;
  const entity = findEntity(block.entity ?? "");
  if (["list", "figure", "chart"].includes(block.kind) && !entity) return false;
  if (block.kind === "plan") return planEntity() !== null;
  if (block.kind === "buttons") return addable(block.entities ?? []).length > 0;
  const needed = [block.date, pathOf(block.group ?? ""), block.measure?.split(":")[1]].filter((key): key is string => !!key);
  return !entity || needed.every((key) => findField(entity, key) !== null);
}

export const addable = (keys: readonly string[]): readonly Entity[] => keys.map(findEntity).filter((one): one is Entity => one !== null && one.rights.add);

// --- what there is to choose from

export const listed = (): readonly Entity[] => {
  const order = menu().map((one) => one.entity);
  return [...order.map(findEntity), ...Object.values(schema().entities).filter((one) => one.kind === "record" && !order.includes(one.key))].filter((one): one is Entity => one !== null && one.kind !== "line");
};
export const datesOf = (entity: Entity): readonly Field[] => entity.fields.filter(isDated);
export const groupsOf = (entity: Entity): readonly Field[] => entity.fields.filter(mayGroup);
export const sumsOf = (entity: Entity): readonly Field[] => entity.fields.filter((field) => field.aggregates.includes("sum") && !field.system);

/** A new block of the kind, filled in so far that it shows something at once. */
export function newBlock(kind: Kind, page: HomeView): HomeBlock {
  const key = freeKey(kind, page.blocks);
  const bare = { key, kind, title: "", width: kind === "buttons" || kind === "text" ? Math.min(2, page.columns) : 1 };
  const entity = listed()[0];
  if (kind === "buttons") return { ...bare, entities: listed().filter((one) => one.rights.add && one.kind === "record").slice(0, 4).map((one) => one.key) };
  if (kind === "text") return { ...bare, text: "" };
  return ["list", "figure", "chart"].includes(kind) && entity ? ofEntity({ ...bare }, entity) : bare;
}

/** The block about another object: what was said of the former one is forgotten. */
export function ofEntity(block: HomeBlock, entity: Entity): HomeBlock {
  const bare = { key: block.key, kind: block.kind, title: block.title, width: block.width, entity: entity.key };
  if (block.kind === "list") return { ...bare, view: entity.views.find((view) => view.kind === "list")?.key ?? "", limit: block.limit ?? 6 };
  if (block.kind === "figure") return { ...bare, measure: "count", date: "created_at", period: "month" };
  const group = (stageField(entity) ?? fieldByRole(entity, "responsible") ?? groupsOf(entity)[0])?.key ?? "";
  return block.kind === "chart" ? { ...bare, measure: "count", group, look: "bars" } : bare;
}

export function freeKey(kind: string, blocks: readonly HomeBlock[]): string {
  const taken = new Set(blocks.map((one) => one.key));
  for (let n = 1; ; n++) if (!taken.has(n === 1 ? kind : `${kind}_${n}`)) return n === 1 ? kind : `${kind}_${n}`;
}

// --- arranging

export function moved(page: HomeView, key: string, to: number): HomeView {
  const block = page.blocks.find((one) => one.key === key);
  const rest = page.blocks.filter((one) => one.key !== key);
  const at = Math.max(0, Math.min(rest.length, to));
  return block ? { ...page, blocks: [...rest.slice(0, at), block, ...rest.slice(at)] } : page;
}

export const without = (page: HomeView, key: string): HomeView => ({ ...page, blocks: page.blocks.filter((one) => one.key !== key) });

export const withBlock = (page: HomeView, block: HomeBlock): HomeView =>
  ({ ...page, blocks: page.blocks.some((one) => one.key === block.key) ? page.blocks.map((one) => (one.key === block.key ? block : one)) : [...page.blocks, block] });

export const widened = (page: HomeView, key: string, width: number): HomeView =>
  ({ ...page, blocks: page.blocks.map((one) => (one.key === key ? { ...one, width: Math.max(1, Math.min(page.columns, width)) } : one)) });

/** What was kept, by this program or by an older one; null when it is no page at all. */
export function readPage(kept: unknown): HomeView | null {
  const told = kept as Partial<HomeView> | null;
  if (!told || !Array.isArray(told.blocks)) return null;
  const blocks = (told.blocks as readonly Partial<HomeBlock>[]).filter((one) => typeof one?.key === "string" && typeof one.kind === "string" && isKind(one.kind));
  const columns = [1, 2, 3].includes(Number(told.columns)) ? Number(told.columns) : 3;
  return { columns, blocks: blocks.slice(0, MOST_BLOCKS).map((one) => ({ ...one, key: one.key ?? "", kind: one.kind ?? "", title: String(one.title ?? ""), width: Number(one.width) || 1 })) };
}
