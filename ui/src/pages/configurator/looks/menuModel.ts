/** The menu being arranged: groups in their order, and what is not in the menu. */
export interface MenuGroup {
  readonly id: string;
  readonly title: string;
  readonly entities: readonly string[];
}

export const OUT = "out";
let made = 0;
export const newGroupId = (): string => `group-${++made}`;

/** Entries of the menu as they are drawn: by group, in the order in which the groups first come; one without a title is always there. */
export function readMenu(entries: readonly { readonly entity: string; readonly group: string }[]): readonly MenuGroup[] {
  const groups = new Map<string, string[]>([["", []]]);
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry.entity]);
  return [...groups].map(([title, entities]) => ({ id: newGroupId(), title, entities }));
}

/** As put_menu takes it.  A group without entries is not kept: there is nothing to show of it. */
export const writeMenu = (groups: readonly MenuGroup[]): readonly { readonly entity: string; readonly group?: string }[] =>
  groups.flatMap((group) => group.entities.map((entity) => (group.title ? { entity, group: group.title } : { entity })));

export const inMenu = (groups: readonly MenuGroup[]): ReadonlySet<string> => new Set(groups.flatMap((group) => group.entities));

/** Into a group before the entry at `index`, or out of the menu. */
export function place(groups: readonly MenuGroup[], entity: string, zone: string, index: number): readonly MenuGroup[] {
  return groups.map((group) => {
    const rest = group.entities.filter((one) => one !== entity);
    return { ...group, entities: group.id === zone ? [...rest.slice(0, index), entity, ...rest.slice(index)] : rest };
  });
}

/** One step by keys: within the group, then into the neighbouring one. */
export function step(groups: readonly MenuGroup[], entity: string, by: 1 | -1): readonly MenuGroup[] {
  const at = groups.findIndex((group) => group.entities.includes(entity));
  const group = groups[at];
  if (!group) return groups;
  const to = group.entities.indexOf(entity) + by;
  if (to >= 0 && to < group.entities.length) return place(groups, entity, group.id, to);
  const next = groups[at + by];
  return next ? place(groups, entity, next.id, by > 0 ? 0 : next.entities.length) : groups;
}

export function moveGroup(groups: readonly MenuGroup[], id: string, at: number): readonly MenuGroup[] {
  const found = groups.find((group) => group.id === id);
  const rest = groups.filter((group) => group.id !== id);
  return found ? [...rest.slice(0, Math.max(0, at)), found, ...rest.slice(Math.max(0, at))] : groups;
}

export const rename = (groups: readonly MenuGroup[], id: string, title: string): readonly MenuGroup[] => groups.map((group) => (group.id === id ? { ...group, title: title.trim() } : group));

/** Its entries go to the group above. */
export function dropGroup(groups: readonly MenuGroup[], id: string): readonly MenuGroup[] {
  const at = groups.findIndex((group) => group.id === id);
  const gone = groups[at];
  if (!gone || groups.length < 2) return groups;
  const heir = groups[at === 0 ? 1 : at - 1];
  return groups.filter((group) => group !== gone).map((group) => (group === heir ? { ...group, entities: [...group.entities, ...gone.entities] } : group));
}
