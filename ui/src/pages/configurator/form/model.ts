/** The card being drawn: what is on it and where.  Every act makes a new drawing, so a step back is the one before. */
import type { EntityTable, TitleTable } from "../../../api/configurator";
import type { Entity, Json } from "../../../api/types";

export const CONDITIONS = ["visible_if", "required_if", "read_only_if"] as const;
export type ConditionName = (typeof CONDITIONS)[number];
export const QUICK = "quick";
export const PALETTE = "palette";

export interface Placed {
  readonly key: string;
  readonly wide?: boolean;
  readonly visible_if?: string;
  readonly required_if?: string;
  readonly read_only_if?: string;
}

export interface SectionDrawn {
  readonly id: string;
  readonly title: TitleTable;
  readonly columns: number;
  readonly fields: readonly Placed[];
}

export interface DetailDrawn {
  readonly id: string;
  readonly entity: string;
  readonly by: string;
  readonly title: TitleTable;
  readonly columns: readonly string[];
  readonly sort: readonly string[];
  readonly filter: string;
}

export interface TabDrawn {
  readonly id: string;
  readonly title: TitleTable;
  readonly sections: readonly SectionDrawn[];
  readonly details: readonly DetailDrawn[];
}

export interface Drawn {
  readonly quick: readonly string[];
  readonly tabs: readonly TabDrawn[];
}

// --- reading and writing

type Raw = Readonly<Record<string, unknown>>;
let made = 0;
export const newId = (): string => `part-${++made}`;

const tablesOf = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.filter((one): one is Raw => typeof one === "object" && one !== null && !Array.isArray(one)) : []);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);
export const titleOf = (value: unknown): TitleTable => (typeof value === "string" ? { ru: value } : ((value ?? {}) as TitleTable));

/** The drawing of an object's card: as it is written, or as the program draws it while nobody has. */
export function readForm(table: EntityTable, shown: Entity): Drawn {
  const form = table.form as Raw | null | undefined;
  const tabs = tablesOf(form?.["tab"]);
  if (!tabs.length) return fromShown(shown, textsOf(form?.["quick"]));
  return {
    quick: textsOf(form?.["quick"]),
    tabs: tabs.map((tab) => ({
      id: newId(),
      title: titleOf(tab["title"]),
      sections: tablesOf(tab["section"]).map((part) => ({
        id: newId(), title: titleOf(part["title"]), columns: Number(part["columns"] ?? 1),
        fields: (Array.isArray(part["fields"]) ? part["fields"] : []).map((one: unknown) => (typeof one === "string" ? { key: one } : (one as Placed))),
      })),
      details: tablesOf(tab["detail"]).map((part) => ({
        id: newId(), entity: String(part["entity"]), by: String(part["by"]), title: titleOf(part["title"]),
        columns: textsOf(part["columns"]), sort: textsOf(part["sort"]), filter: String(part["filter"] ?? ""),
      })),
    })),
  };
}

function fromShown(shown: Entity, quick: readonly string[]): Drawn {
  return {
    quick: quick.length ? quick : shown.form.quick,
    tabs: shown.form.tabs.map((tab) => ({
      id: newId(),
      title: { ru: tab.title },
      sections: tab.sections.map((part) => ({ id: newId(), title: { ru: part.title }, columns: 1, fields: part.fields.map((key) => ({ key })) })),
      details: tab.details.map((part) => ({ id: newId(), entity: part.entity, by: part.by, title: { ru: part.title }, columns: part.columns, sort: [], filter: "" })),
    })),
  };
}

/** As put_form takes it: a field without anything of its own is its key alone. */
export function writeForm(drawn: Drawn): Readonly<Record<string, Json>> {
  const plain = (one: Placed): Json => {
    const more = Object.entries(one).filter(([name, value]) => name !== "key" && value);
    return more.length ? { key: one.key, ...(Object.fromEntries(more) as Record<string, Json>) } : one.key;
  };
  return {
    quick: drawn.quick,
    tab: drawn.tabs.map((tab) => ({
      title: tab.title as Json,
      ...(tab.sections.length ? { section: tab.sections.map((part) => ({ title: part.title as Json, ...(part.columns > 1 ? { columns: part.columns } : {}), fields: part.fields.map(plain) })) } : {}),
      ...(tab.details.length
        ? {
            detail: tab.details.map((part) => ({
              entity: part.entity, by: part.by, title: part.title as Json, columns: part.columns,
              ...(part.sort.length ? { sort: part.sort } : {}), ...(part.filter ? { filter: part.filter } : {}),
            })),
          }
        : {}),
    })),
  };
}

// --- what is where

export const sectionsOf = (drawn: Drawn): readonly SectionDrawn[] => drawn.tabs.flatMap((tab) => tab.sections);
export const placedKeys = (drawn: Drawn): ReadonlySet<string> => new Set(sectionsOf(drawn).flatMap((part) => part.fields.map((one) => one.key)));
export const findPlaced = (drawn: Drawn, key: string): Placed | null => sectionsOf(drawn).flatMap((part) => part.fields).find((one) => one.key === key) ?? null;
export const sectionWith = (drawn: Drawn, key: string): SectionDrawn | null => sectionsOf(drawn).find((part) => part.fields.some((one) => one.key === key)) ?? null;

// --- acts

const inSections = (drawn: Drawn, change: (part: SectionDrawn) => SectionDrawn): Drawn => ({
  ...drawn, tabs: drawn.tabs.map((tab) => ({ ...tab, sections: tab.sections.map(change) })),
});

const within = <T>(list: readonly T[], at: number, one: T): readonly T[] => [...list.slice(0, at), one, ...list.slice(at)];

/** Put a field into a section (or into the short form), before `before`; null: last.  It is taken from wherever it was. */
export function placeField(drawn: Drawn, key: string, zone: string, before: string | null): Drawn {
  if (key === before) return drawn;
  if (zone === QUICK) {
    const rest = drawn.quick.filter((one) => one !== key);
    const at = before === null ? rest.length : rest.indexOf(before);
    return { ...drawn, quick: within(rest, at < 0 ? rest.length : at, key) };
  }
  const field = findPlaced(drawn, key) ?? { key };
  return inSections(drawn, (part) => {
    const rest = part.fields.filter((one) => one.key !== key);
    if (part.id !== zone) return rest.length === part.fields.length ? part : { ...part, fields: rest };
    const at = before === null ? -1 : rest.findIndex((one) => one.key === before);
    return { ...part, fields: within(rest, at < 0 ? rest.length : at, field) };
  });
}

export const takeField = (drawn: Drawn, key: string): Drawn => inSections(drawn, (part) => ({ ...part, fields: part.fields.filter((one) => one.key !== key) }));
export const takeQuick = (drawn: Drawn, key: string): Drawn => ({ ...drawn, quick: drawn.quick.filter((one) => one !== key) });

export const setField = (drawn: Drawn, key: string, more: Omit<Placed, "key">): Drawn =>
  inSections(drawn, (part) => ({ ...part, fields: part.fields.map((one) => (one.key === key ? { ...one, ...more } : one)) }));

/** One step by keys: within its section, then into the next one of the tab.  `known`: fields that are shown. */
export function stepField(drawn: Drawn, key: string, step: 1 | -1, known: (key: string) => boolean): Drawn {
  const tab = drawn.tabs.find((one) => one.sections.some((part) => part.fields.some((placed) => placed.key === key)));
  const at = tab?.sections.findIndex((part) => part.fields.some((placed) => placed.key === key)) ?? -1;
  const section = tab?.sections[at];
  if (!tab || !section) return drawn;
  const shown = section.fields.map((one) => one.key).filter(known);
  const to = shown.indexOf(key) + step;
  if (to >= 0 && to < shown.length) return placeField(drawn, key, section.id, step < 0 ? (shown[to] ?? null) : (shown[to + 1] ?? null));
  const next = tab.sections[at + step];
  if (!next) return drawn;
  return placeField(drawn, key, next.id, step > 0 ? (next.fields.find((one) => known(one.key))?.key ?? null) : null);
}

export function stepQuick(drawn: Drawn, key: string, step: 1 | -1, known: (key: string) => boolean): Drawn {
  const shown = drawn.quick.filter(known);
  const to = shown.indexOf(key) + step;
  if (to < 0 || to >= shown.length) return drawn;
  return placeField(drawn, key, QUICK, step < 0 ? (shown[to] ?? null) : (shown[to + 1] ?? null));
}

export const setSection = (drawn: Drawn, id: string, more: Partial<SectionDrawn>): Drawn => inSections(drawn, (part) => (part.id === id ? { ...part, ...more } : part));

const inTab = (drawn: Drawn, id: string, change: (tab: TabDrawn) => TabDrawn): Drawn => ({ ...drawn, tabs: drawn.tabs.map((tab) => (tab.id === id ? change(tab) : tab)) });

export const addSection = (drawn: Drawn, tab: string, title: TitleTable): Drawn =>
  inTab(drawn, tab, (one) => ({ ...one, sections: [...one.sections, { id: newId(), title, columns: 1, fields: [] }] }));

/** Its fields go back to those that are not on the card. */
export const dropSection = (drawn: Drawn, id: string): Drawn => ({ ...drawn, tabs: drawn.tabs.map((tab) => ({ ...tab, sections: tab.sections.filter((part) => part.id !== id) })) });

const moved = <T extends { readonly id: string }>(list: readonly T[], id: string, at: number): readonly T[] => {
  const one = list.find((part) => part.id === id);
  return one ? within(list.filter((part) => part.id !== id), Math.max(0, at), one) : list;
};
const placeIn = <T extends { readonly id: string }>(list: readonly T[], id: string, step: number): readonly T[] => moved(list, id, list.findIndex((one) => one.id === id) + step);

export const moveSection = (drawn: Drawn, tab: string, id: string, at: number): Drawn => inTab(drawn, tab, (one) => ({ ...one, sections: moved(one.sections, id, at) }));
export const stepSection = (drawn: Drawn, id: string, step: 1 | -1): Drawn => ({ ...drawn, tabs: drawn.tabs.map((tab) => ({ ...tab, sections: placeIn(tab.sections, id, step) })) });

export function sectionToTab(drawn: Drawn, id: string, tab: string): Drawn {
  const part = sectionsOf(drawn).find((one) => one.id === id);
  return part ? inTab(dropSection(drawn, id), tab, (one) => ({ ...one, sections: [...one.sections, part] })) : drawn;
}

export const addTab = (drawn: Drawn, title: TitleTable, section: TitleTable): Drawn => ({
  ...drawn, tabs: [...drawn.tabs, { id: newId(), title, sections: [{ id: newId(), title: section, columns: 1, fields: [] }], details: [] }],
});
export const setTab = (drawn: Drawn, id: string, title: TitleTable): Drawn => inTab(drawn, id, (tab) => ({ ...tab, title }));
export const dropTab = (drawn: Drawn, id: string): Drawn => ({ ...drawn, tabs: drawn.tabs.filter((tab) => tab.id !== id) });
export const stepTab = (drawn: Drawn, id: string, step: 1 | -1): Drawn => ({ ...drawn, tabs: placeIn(drawn.tabs, id, step) });

export const addDetail = (drawn: Drawn, tab: string, detail: Omit<DetailDrawn, "id">): Drawn => inTab(drawn, tab, (one) => ({ ...one, details: [...one.details, { ...detail, id: newId() }] }));
const inDetails = (drawn: Drawn, change: (list: readonly DetailDrawn[]) => readonly DetailDrawn[]): Drawn => ({ ...drawn, tabs: drawn.tabs.map((tab) => ({ ...tab, details: change(tab.details) })) });
export const setDetail = (drawn: Drawn, id: string, more: Partial<DetailDrawn>): Drawn => inDetails(drawn, (list) => list.map((one) => (one.id === id ? { ...one, ...more } : one)));
export const dropDetail = (drawn: Drawn, id: string): Drawn => inDetails(drawn, (list) => list.filter((one) => one.id !== id));
export const stepDetail = (drawn: Drawn, id: string, step: 1 | -1): Drawn => inDetails(drawn, (list) => placeIn(list, id, step));
