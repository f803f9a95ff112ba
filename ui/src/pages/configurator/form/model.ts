/** The card being drawn: what is on it and where.  Every act makes a new drawing, so a step back is the one before. */
import type { EntityTable, TitleTable } from "../../../api/configurator";
import type { BlockKind, CardBlock, CardButton, Entity, FormTab, Json } from "../../../api/types";

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

export interface ButtonDrawn {
  readonly key: string;
  readonly title: TitleTable;
  readonly do: CardButton["do"];
  /** Of "set": field -> formula. */
  readonly values?: Readonly<Record<string, string>>;
  readonly entity?: string;
  readonly by?: string;
  readonly filter?: string;
  readonly address?: string;
  readonly visible_if?: string;
}

export interface BlockDrawn extends Omit<CardBlock, "text" | "buttons"> {
  readonly text?: TitleTable;
  readonly buttons?: readonly ButtonDrawn[];
}

export interface SectionDrawn {
  readonly id: string;
  readonly title: TitleTable;
  readonly columns: number;
  readonly fields: readonly Placed[];
  readonly block?: BlockDrawn | undefined;
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

/** Another look of the card: whom it is for, and its tabs. */
export interface VariantDrawn {
  readonly id: string;
  readonly key: string;
  readonly title: TitleTable;
  readonly roles: readonly string[];
  readonly by: string;
  readonly values: readonly string[];
  readonly phone: boolean;
  readonly tabs: readonly TabDrawn[];
}

export interface Drawn {
  readonly quick: readonly string[];
  readonly tabs: readonly TabDrawn[];
  readonly variants: readonly VariantDrawn[];
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
  const variants = tablesOf(form?.["variant"]).map((one) => ({
    id: String(one["key"] ?? ""), key: String(one["key"] ?? ""), title: titleOf(one["title"]), roles: textsOf(one["roles"]), by: String(one["by"] ?? ""), values: textsOf(one["values"]),
    phone: one["phone"] === true, tabs: tabsOf(one["tab"]),
  }));
  const drawn = tabs.length ? { quick: textsOf(form?.["quick"]), tabs: tabsOf(tabs), variants } : { ...fromShown(shown, textsOf(form?.["quick"])), variants };
  return shareConditions(drawn);
}

const tabsOf = (value: unknown): readonly TabDrawn[] => tablesOf(value).map((tab) => ({
  id: newId(),
  title: titleOf(tab["title"]),
  sections: tablesOf(tab["section"]).map((part) => ({
    id: newId(), title: titleOf(part["title"]), columns: Number(part["columns"] ?? 1),
    fields: (Array.isArray(part["fields"]) ? part["fields"] : []).map((one: unknown) => (typeof one === "string" ? { key: one } : (one as Placed))),
    ...(part["kind"] ? { block: blockOf(part) } : {}),
  })),
  details: tablesOf(tab["detail"]).map((part) => ({
    id: newId(), entity: String(part["entity"]), by: String(part["by"]), title: titleOf(part["title"]),
    columns: textsOf(part["columns"]), sort: textsOf(part["sort"]), filter: String(part["filter"] ?? ""),
  })),
}));

function blockOf(part: Raw): BlockDrawn {
  const { title: _title, text, buttons, ...rest } = part;
  return {
    ...(rest as unknown as BlockDrawn),
    ...(text === undefined ? {} : { text: titleOf(text) }),
    ...(buttons === undefined ? {} : { buttons: tablesOf(buttons).map((one) => ({ ...(one as unknown as ButtonDrawn), title: titleOf(one["title"]) })) }),
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
    variants: [],
  };
}

/** As put_form takes it: a field without anything of its own is its key alone.  Conditions are of the field, whatever the
    look: they are written where it stands first. */
export function writeForm(drawn: Drawn): Readonly<Record<string, Json>> {
  const told = new Set<string>();
  const plain = (one: Placed): Json => {
    const more = Object.entries(one).filter(([name, value]) => name !== "key" && value && (name === "wide" || !told.has(one.key)));
    if (more.some(([name]) => name !== "wide")) told.add(one.key);
    return more.length ? { key: one.key, ...(Object.fromEntries(more) as Record<string, Json>) } : one.key;
  };
  const section = (part: SectionDrawn): Json =>
    part.block
      ? { ...(part.title.ru || part.title.en ? { title: part.title as Json } : {}), ...(filled(part.block) as Record<string, Json>) }
      : { title: part.title as Json, ...(part.columns > 1 ? { columns: part.columns } : {}), fields: part.fields.map(plain) };
  const tabs = (list: readonly TabDrawn[]): readonly Json[] => list.map((tab) => ({
    title: tab.title as Json,
    ...(tab.sections.length ? { section: tab.sections.map(section) } : {}),
    ...(tab.details.length
      ? {
          detail: tab.details.map((part) => ({
            entity: part.entity, by: part.by, title: part.title as Json, columns: part.columns,
            ...(part.sort.length ? { sort: part.sort } : {}), ...(part.filter ? { filter: part.filter } : {}),
          })),
        }
      : {}),
  }));
  return {
    quick: drawn.quick,
    tab: tabs(drawn.tabs),
    ...(drawn.variants.length
      ? {
          variant: drawn.variants.map(({ id: _id, tabs: own, ...one }) => ({ ...(filled(one) as Record<string, Json>), tab: tabs(own) })),
        }
      : {}),
  };
}

/** Without what says nothing. */
const filled = (table: object): object => Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && !value.length)));

// --- looks of the card: the card itself, and its variants

/** One look as a drawing of its own, so that every act upon it is the same.  "" is the card itself. */
export function lookOf(drawn: Drawn, variant: string): Drawn {
  const one = drawn.variants.find((each) => each.id === variant);
  return one ? { ...drawn, tabs: one.tabs } : drawn;
}

export function withLook(drawn: Drawn, variant: string, look: Drawn): Drawn {
  if (!drawn.variants.some((each) => each.id === variant)) return look;
  return shareConditions({ ...look, tabs: drawn.tabs, variants: drawn.variants.map((each) => (each.id === variant ? { ...each, tabs: look.tabs } : each)) });
}

const everywhere = (drawn: Drawn, change: (one: Placed) => Placed): Drawn => {
  const tabs = (list: readonly TabDrawn[]): readonly TabDrawn[] => list.map((tab) => ({ ...tab, sections: tab.sections.map((part) => ({ ...part, fields: part.fields.map(change) })) }));
  return { ...drawn, tabs: tabs(drawn.tabs), variants: drawn.variants.map((one) => ({ ...one, tabs: tabs(one.tabs) })) };
};
const conditionsOf = (one: Placed): readonly (readonly [string, string])[] => CONDITIONS.flatMap((name) => (one[name] ? [[name, one[name]] as const] : []));

/** A field has the same conditions on every look. */
function shareConditions(drawn: Drawn): Drawn {
  const known = new Map<string, Readonly<Record<string, string>>>();
  const list = [...drawn.tabs, ...drawn.variants.flatMap((one) => one.tabs)].flatMap((tab) => tab.sections.flatMap((part) => part.fields));
  for (const one of list) if (!known.has(one.key) && conditionsOf(one).length) known.set(one.key, Object.fromEntries(conditionsOf(one)));
  return drawn.variants.length ? everywhere(drawn, (one) => ({ ...one, ...known.get(one.key) })) : drawn;
}
export const setConditions = (drawn: Drawn, key: string, more: Omit<Placed, "key">): Drawn => everywhere(drawn, (one) => (one.key === key ? { ...one, ...more } : one));

export const findVariant = (drawn: Drawn, id: string): VariantDrawn | null => drawn.variants.find((one) => one.id === id) ?? null;

/** A copy of a look, with parts of its own; buttons keep what they do and get keys that nobody has. */
export function addVariant(drawn: Drawn, from: Drawn, title: TitleTable): Drawn {
  const taken = new Set([...buttonKeys(drawn)]);
  const copy = (part: SectionDrawn): SectionDrawn => ({
    ...part, id: newId(),
    ...(part.block?.buttons ? { block: { ...part.block, buttons: part.block.buttons.map((one) => ({ ...one, key: freeKey(one.key, taken) })) } } : {}),
  });
  const tabs = from.tabs.map((tab) => ({ ...tab, id: newId(), sections: tab.sections.map(copy), details: tab.details.map((part) => ({ ...part, id: newId() })) }));
  const key = freeKey("variant", new Set(drawn.variants.map((one) => one.key)));
  return { ...drawn, variants: [...drawn.variants, { id: key, key, title, roles: [], by: "", values: [], phone: false, tabs }] };
}
export const setVariant = (drawn: Drawn, id: string, more: Partial<VariantDrawn>): Drawn => ({ ...drawn, variants: drawn.variants.map((one) => (one.id === id ? { ...one, ...more } : one)) });
export const dropVariant = (drawn: Drawn, id: string): Drawn => ({ ...drawn, variants: drawn.variants.filter((one) => one.id !== id) });
export const stepVariant = (drawn: Drawn, id: string, step: 1 | -1): Drawn => ({ ...drawn, variants: placeIn(drawn.variants, id, step) });

// --- blocks

export const buttonKeys = (drawn: Drawn): readonly string[] =>
  [...drawn.tabs, ...drawn.variants.flatMap((one) => one.tabs)].flatMap((tab) => tab.sections.flatMap((part) => (part.block?.buttons ?? []).map((one) => one.key)));

/** The key itself, else with a number; the answer is taken then. */
export function freeKey(wanted: string, taken: Set<string>): string {
  const stem = wanted.replace(/_\d+$/, "").slice(0, 22) || "button";
  let made = wanted;
  for (let n = 2; taken.has(made) || !made; n++) made = `${stem}_${n}`;
  taken.add(made);
  return made;
}

export const addBlock = (drawn: Drawn, tab: string, title: TitleTable, block: BlockDrawn): Drawn =>
  inTab(drawn, tab, (one) => ({ ...one, sections: [...one.sections, { id: newId(), title, columns: 1, fields: [], block }] }));
export const hasBlock = (drawn: Drawn, kind: BlockKind): boolean => sectionsOf(drawn).some((part) => part.block?.kind === kind);

/** Tabs as the card takes them, for a look at what is not saved yet. */
export const shownTabs = (drawn: Drawn, said: (title: TitleTable) => string): readonly FormTab[] => drawn.tabs.map((tab) => ({
  title: said(tab.title),
  sections: tab.sections.map((part) => ({
    title: said(part.title), columns: part.columns, fields: part.fields.map((one) => one.key), wide: part.fields.filter((one) => one.wide).map((one) => one.key),
    block: part.block ? shownBlock(part.block, said) : null,
  })),
  details: tab.details.map((part) => ({ ...part, title: said(part.title) })),
}));

const shownBlock = (block: BlockDrawn, said: (title: TitleTable) => string): CardBlock => {
  const { text, buttons, ...rest } = block;
  return {
    ...rest, text: text ? said(text) : "",
    buttons: (buttons ?? []).map((one) => ({ key: one.key, title: said(one.title), do: one.do, fields: Object.keys(one.values ?? {}), entity: one.entity ?? "", by: one.by ?? "", filter: one.filter ?? "", address: one.address ?? "" })),
  };
};

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
