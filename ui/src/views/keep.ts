/** Keeping, changing and deleting views; loaded when somebody does. */
import { addView, changeView, chooseDefault, deleteView, type ViewChange } from "../api/views";
import type { Json, SavedView, ViewBody } from "../api/types";
import { toast } from "../kit/toast";
import { tell } from "../records/save";
import type { Entity } from "../schema";
import { t } from "../words";
import { all } from "../fields/formula";
import { partId, type Part } from "./asked";
import { putDefault, putView } from "./kept";
import { ruleOf } from "./list/tints";
import type { ListView, ViewSettings } from "./settings";

/** What the list shows and asks now, as a view. */
export function bodyNow(entity: Entity, view: ListView, settings: ViewSettings): ViewBody {
  const now = settings.state();
  // A view of the configuration asks by a formula: it stays a part of what is kept.
  const base: readonly Part[] = settings.base.value ? [{ id: partId(), text: settings.base.value }] : [];
  const asked = [...base, ...settings.asked.value];
  return {
    kind: view.kind, columns: settings.columns.value, widths: { ...settings.widths }, filter: all([settings.base.value, ...settings.clauses()]), asked: asked as unknown as Json,
    sort: settings.sort.value, group: view.kind === "list" ? settings.group.value : view.group, totals: now.totals ?? {}, total: view.total, pipeline: view.pipeline,
    colours: settings.colours.value.map((one) => ({ hue: one.hue, field: one.field, asked: one.parts as unknown as Json, rule: ruleOf(entity, one) || "false" })),
    height: settings.height.value, pinned: settings.pinned.value, more: { ...settings.more.value, ...view.options },
  };
}

export interface Sharing {
  readonly title: string;
  readonly shared: boolean;
  readonly roles: readonly string[];
}

async function trying<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (refusal) {
    tell(refusal);
    return null;
  }
}

export async function keepNew(entity: Entity, view: ListView, settings: ViewSettings, sharing: Sharing): Promise<SavedView | null> {
  const made = await trying(addView(entity.key, { ...sharing, view: bodyNow(entity, view, settings) }));
  if (made) putView(entity.key, made.id, made);
  return made;
}

export async function duplicate(entity: Entity, view: ListView, settings: ViewSettings): Promise<SavedView | null> {
  return keepNew(entity, view, settings, { title: t("grid.copy_of", { title: view.title }), shared: false, roles: [] });
}

export async function changeKept(entity: Entity, kept: SavedView, change: ViewChange): Promise<SavedView | null> {
  const changed = await trying(changeView(entity.key, kept.id, { version: kept.version, ...change }));
  if (changed) putView(entity.key, kept.id, changed);
  return changed;
}

export const saveKept = (entity: Entity, view: ListView & { kept: SavedView }, settings: ViewSettings): Promise<SavedView | null> =>
  changeKept(entity, view.kept, { view: bodyNow(entity, view, settings) });

export async function dropKept(entity: Entity, kept: SavedView): Promise<boolean> {
  if ((await trying(deleteView(entity.key, kept.id).then(() => true))) === null) return false;
  putView(entity.key, kept.id, null);
  const back = async (): Promise<void> => {
    const again = await trying(changeView(entity.key, kept.id, { deleted: false }));
    if (again) putView(entity.key, kept.id, again);
  };
  toast(t("grid.view_deleted", { title: kept.title }), { action: { title: t("do.undo"), run: () => void back() } });
  return true;
}

export async function openFirst(entity: Entity, view: string): Promise<void> {
  if ((await trying(chooseDefault(entity.key, view).then(() => true))) === null) return;
  putDefault(entity.key, view);
  toast(t(view ? "grid.first_chosen" : "grid.first_forgotten"));
}
