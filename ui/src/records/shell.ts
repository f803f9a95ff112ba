/** How the program looks to this person, on every device: theme, density, first page, clock, what is pinned and what was opened last. */
import { computed, shallowRef } from "vue";
import { queryPage } from "../api/records";
import { findEntity, schema } from "../schema";
import { applyTheme, me, theme, type Theme } from "../schema/session";
import { setZone } from "../words/format";
import { keepPreference, loadPreference } from "./preference";

export type Place = readonly [entity: string, id: number];
export interface Named {
  readonly entity: string;
  readonly id: number;
  readonly label: string;
}
export interface Shell {
  readonly theme?: Theme;
  readonly density?: "usual" | "compact";
  readonly start?: string;
  readonly zone?: string;
  readonly pinned?: readonly Place[];
  /** His own home page, in place of that of his role or of the company (pages/start/home.ts). */
  readonly home?: unknown;
  /** The steps of the first days are put away. */
  readonly no_guide?: boolean;
}

const KEY = "shell";
const RECENT = "recent";
const MOST_RECENT = 12;
const MOST_PINNED = 20;

export const shell = shallowRef<Shell>({});
export const recent = shallowRef<readonly Place[]>([]);
/** What the open card is called, for the tab of the browser. */
export const shownTitle = shallowRef<{ readonly path: string; readonly label: string } | null>(null);
export const nameShown = (entity: string, id: number, label: string): void => void (shownTitle.value = { path: `/${entity}/${id}`, label });
export const pinned = computed(() => shell.value.pinned ?? []);

/** Right after signing in: what the server keeps wins over what this browser remembers. */
export function adoptShell(): void {
  shell.value = (me.value?.shell ?? {}) as Shell;
  if (shell.value.theme && shell.value.theme !== theme.value) applyTheme(shell.value.theme);
  show();
}

export function changeShell(part: Partial<Shell>): void {
  shell.value = { ...shell.value, ...part };
  keepPreference(KEY, shell.value);
  if (part.theme) applyTheme(part.theme);
  show();
}

function show(): void {
  document.documentElement.dataset["density"] = shell.value.density ?? "usual";
  setZone(shell.value.zone || schema().settings.zone);
}

export const switchTheme = (): void => changeShell({ theme: theme.value === "dark" ? "light" : "dark" });

const same = (one: Place, other: Place): boolean => one[0] === other[0] && one[1] === other[1];
export const isPinned = (entity: string, id: number): boolean => pinned.value.some((one) => same(one, [entity, id]));

export function togglePin(entity: string, id: number): void {
  const place: Place = [entity, id];
  const others = pinned.value.filter((one) => !same(one, place));
  changeShell({ pinned: others.length < pinned.value.length ? others : [...others, place].slice(-MOST_PINNED) });
}

export async function loadRecent(): Promise<void> {
  const kept = await loadPreference<readonly Place[]>(RECENT, []);
  recent.value = [...recent.value, ...kept.filter((one) => !recent.value.some((own) => same(own, one)))].slice(0, MOST_RECENT);
}

export async function noteOpened(entity: string, id: number): Promise<void> {
  await loadRecent();
  const place: Place = [entity, id];
  recent.value = [place, ...recent.value.filter((one) => !same(one, place))].slice(0, MOST_RECENT);
  keepPreference(RECENT, recent.value);
}

/** Names of records as this person sees them now; those that are gone or hidden are left out.  The order stays. */
export async function nameAll(places: readonly Place[]): Promise<readonly Named[]> {
  const entities = [...new Set(places.map(([entity]) => entity))].filter((entity) => findEntity(entity));
  const found = new Map<string, string>();
  await Promise.all(entities.map(async (entity) => {
    const ids = places.filter((one) => one[0] === entity).map((one) => one[1]);
    const page = await queryPage(entity, { filter: `id in (${ids.join(", ")})`, fields: ["label"], limit: ids.length }).catch(() => null);
    const [idAt, labelAt] = [page?.columns.indexOf("id") ?? 0, page?.columns.indexOf("label") ?? 0];
    for (const row of page?.rows ?? []) found.set(`${entity}/${row[idAt]}`, String(row[labelAt] ?? `№ ${row[idAt]}`));
  }));
  return places.flatMap(([entity, id]) => {
    const label = found.get(`${entity}/${id}`);
    return label === undefined ? [] : [{ entity, id, label }];
  });
}
