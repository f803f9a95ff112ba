/** A field being typed, and the edits that make the configuration so. */
import type { Edit, FieldTable, OptionTable, TitleTable } from "../../../api/configurator";
import { hasOptions, isComputed, settings } from "../../../fields/setup";

export interface DraftOption {
  /** For the screen only. */
  readonly id: string;
  /** "" while it is new. */
  readonly key: string;
  readonly title: string;
  readonly titles: TitleTable;
  readonly hue: number | null;
  readonly archived: boolean;
}

export interface DraftField {
  title: string;
  english: string;
  key: string;
  type: string;
  hint: string;
  required: boolean;
  unique: boolean;
  indexed: boolean;
  usual: string;
  check: string;
  checkTitle: string;
  options: readonly DraftOption[];
  /** Options of the type by their keys; roll-ups keep their six here too. */
  set: Readonly<Record<string, unknown>>;
}

export const emptyDraft = (type = "text"): DraftField => ({ title: "", english: "", key: "", type, hint: "", required: false, unique: false, indexed: false, usual: "", check: "", checkTitle: "", options: [], set: {} });

export function draftOf(field: FieldTable): DraftField {
  return {
    title: field.title.ru ?? "", english: field.title.en ?? "", key: field.key, type: field.type, hint: field.hint?.ru ?? "", required: !!field.required, unique: !!field.unique,
    indexed: !!field.indexed, usual: field.default == null ? "" : String(field.default), check: field.check ?? "", checkTitle: field.check_title?.ru ?? "",
    options: (field.options ?? []).map((one, index) => ({ id: one.key ?? String(index), key: one.key ?? "", title: one.title.ru ?? one.title.en ?? "", titles: one.title, hue: one.hue ?? null, archived: !!one.archived })),
    set: Object.fromEntries(optionKeys(field.type).filter((key) => field[key] !== undefined).map((key) => [key, field[key]])),
  };
}

const ROLLUP = ["entity", "by", "function", "value", "where", "order"];
export const optionKeys = (type: string): readonly string[] => (settings[type] ?? []).flatMap((one) => (one.kind === "rollup" ? ROLLUP : one.kind === "options" ? [] : [one.key]));

const isNothing = (value: unknown): boolean => value === "" || value === null || value === undefined || (Array.isArray(value) && value.length === 0);
const same = (left: unknown, right: unknown): boolean => (isNothing(left) && isNothing(right)) || JSON.stringify(left) === JSON.stringify(right);

const titled = (ru: string, en: string, before: TitleTable = {}): TitleTable => {
  const { en: _, ...rest } = before;
  return { ...rest, ru: ru.trim(), ...(en.trim() ? { en: en.trim() } : {}) };
};
const optionTable = (one: DraftOption): OptionTable => ({ ...(one.key ? { key: one.key } : {}), title: { ...one.titles, ru: one.title.trim() }, ...(one.hue === null ? {} : { hue: one.hue }), ...(one.archived ? { archived: true } : {}) });
const given = (options: readonly DraftOption[]): readonly DraftOption[] => options.filter((one) => one.title.trim() !== "");

/** The table of a new field: what is not said is not written. */
export function newField(draft: DraftField): Readonly<Record<string, unknown>> {
  const computed = isComputed(draft.type);
  const table: Record<string, unknown> = { title: titled(draft.title, draft.english), type: draft.type };
  if (draft.key.trim()) table["key"] = draft.key.trim();
  if (draft.hint.trim()) table["hint"] = { ru: draft.hint.trim() };
  for (const key of ["required", "unique", "indexed"] as const) if (draft[key] && !computed) table[key] = true;
  if (draft.usual.trim() && !computed) table["default"] = draft.usual.trim();
  if (draft.check.trim() && !computed) Object.assign(table, { check: draft.check.trim() }, draft.checkTitle.trim() ? { check_title: { ru: draft.checkTitle.trim() } } : {});
  for (const key of optionKeys(draft.type)) if (!isNothing(draft.set[key])) table[key] = draft.set[key];
  if (hasOptions(draft.type)) table["options"] = given(draft.options).map(optionTable);
  return table;
}

/** Edits from what is written to what is typed: only what differs, so that two people may change different things. */
export function changes(entity: string, field: FieldTable, draft: DraftField): readonly Edit[] {
  const before = draftOf(field);
  const at = { entity, field: field.key };
  const retyped = draft.type !== before.type;
  const set: Record<string, unknown> = {};
  if (draft.title.trim() !== before.title || draft.english.trim() !== before.english) set["title"] = titled(draft.title, draft.english, field.title);
  if (draft.hint.trim() !== before.hint) set["hint"] = draft.hint.trim() ? { ...field.hint, ru: draft.hint.trim() } : null;
  for (const key of ["required", "unique", "indexed"] as const) if (draft[key] !== before[key]) set[key] = draft[key];
  if (draft.usual.trim() !== before.usual) set["default"] = draft.usual.trim() || null;
  if (draft.check.trim() !== before.check) set["check"] = draft.check.trim() || null;
  if (draft.checkTitle.trim() !== before.checkTitle) set["check_title"] = draft.checkTitle.trim() ? { ...field.check_title, ru: draft.checkTitle.trim() } : null;
  if (!retyped) for (const key of optionKeys(draft.type)) if (!same(draft.set[key], before.set[key])) set[key] = isNothing(draft.set[key]) ? null : draft.set[key];
  const options = Object.fromEntries(optionKeys(draft.type).filter((key) => !isNothing(draft.set[key])).map((key) => [key, draft.set[key]]));
  return [
    ...(retyped ? [{ do: "retype_field", ...at, type: draft.type, options: hasOptions(draft.type) ? { ...options, options: given(draft.options).map(optionTable) } : options }] : []),
    ...(Object.keys(set).length ? [{ do: "change_field", ...at, set }] : []),
    ...(retyped || !hasOptions(draft.type) ? [] : optionEdits(at, before.options, given(draft.options))),
  ];
}

/** First what goes, then what is new or different, each at its place: the outcome is the list as it stands on the screen. */
export function optionEdits(at: { entity: string; field: string }, before: readonly DraftOption[], now: readonly DraftOption[]): readonly Edit[] {
  const gone = before.filter((one) => !now.some((each) => each.key === one.key));
  const rest = before.filter((one) => !gone.includes(one));
  const plain = (one: DraftOption): string => JSON.stringify(optionTable(one));
  const puts = now.flatMap((one, index): Edit[] => {
    const was = rest.find((each) => one.key && each.key === one.key);
    return !was || plain(was) !== plain(one) ? [{ do: "put_option", ...at, option: optionTable(one), ...(was ? {} : { at: index }) }] : [];
  });
  const known = now.filter((one) => one.key);
  const moved = known.some((one, index) => rest[index]?.key !== one.key);
  const moves = moved ? now.map((one, index) => ({ one, index })).filter(({ one }) => one.key).map(({ one, index }): Edit => ({ do: "move_option", ...at, option: one.key, at: index })) : [];
  return [...gone.map((one): Edit => ({ do: "drop_option", ...at, option: one.key, to: null })), ...puts, ...moves];
}
