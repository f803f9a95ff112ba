/** Views that people keep, by object: read once when the object is opened, changed here at once. */
import { shallowReactive } from "vue";
import { readViews } from "../api/views";
import type { KeptViews, SavedView } from "../api/types";
import type { ListView } from "./settings";

const known = shallowReactive<Record<string, KeptViews>>({});

export const keptViews = (entity: string): KeptViews | null => known[entity] ?? null;

export async function loadViews(entity: string): Promise<void> {
  // Without them there are still the views of the configuration.
  known[entity] = await readViews(entity).catch(() => known[entity] ?? { views: [], default: "", may_share: false, roles: [], firsts: {} });
}

/** A new one, or a new state of one; null takes it away. */
export function putView(entity: string, id: number, view: SavedView | null): void {
  const now = known[entity];
  if (!now) return;
  const there = now.views.some((one) => one.id === id);
  const views = view === null ? now.views.filter((one) => one.id !== id) : there ? now.views.map((one) => (one.id === id ? view : one)) : [...now.views, view];
  known[entity] = { ...now, views };
}

export function putDefault(entity: string, view: string): void {
  const now = known[entity];
  if (now) known[entity] = { ...now, default: view };
}

export const asView = (kept: SavedView): ListView => ({
  key: kept.key, title: kept.title, kind: kept.view.kind, columns: kept.view.columns, filter: kept.view.filter, sort: kept.view.sort,
  group: kept.view.group, total: kept.view.total, pipeline: kept.view.pipeline,
  options: Object.fromEntries(Object.entries(kept.view.more).filter((one): one is [string, string] => typeof one[1] === "string")), kept,
});
