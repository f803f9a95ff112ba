/** The company's configuration as the reader may see it, and the questions views ask of it.

    Conduct is learned from traits and roles of fields ("stage", "responsible", "amount"), never from the
    name of an entity: the product's own objects are made the same way as the user's. */
import { shallowRef } from "vue";
import { readSchema } from "../api/session";
import type { Entity, Field, MenuEntry, Pipeline, Schema, Stage, View } from "../api/types";
import { setZone } from "../words/format";
import { language, t } from "../words";

export type { Entity, Field, Pipeline, Schema, Stage, View };

const current = shallowRef<Schema | null>(null);

let prepare: (fields: readonly Field[]) => Promise<void> = () => Promise.resolve();

/** What has to be there before fields are shown: said once, when the program starts. */
export function beforeSchema(preparing: typeof prepare): void {
  prepare = preparing;
}

/** A formula, a look-up, a roll-up is shown, filtered and added up as the type of what it gives. */
const asShown = (field: Field): Field =>
  field.options.result ? { ...field, type: field.options.result.type, options: field.options.result.options } : field;

export async function loadSchema(): Promise<void> {
  const read = await readSchema();
  const entities = Object.fromEntries(Object.entries(read.entities).map(([key, entity]) => [key, { ...entity, fields: entity.fields.map(asShown) }]));
  await prepare(Object.values(entities).flatMap((entity) => entity.fields));
  current.value = { ...read, entities };
  setZone(current.value.settings.zone);
}

export function schema(): Schema {
  if (!current.value) throw new Error("the schema is not loaded");
  return current.value;
}

/** Where the source of this program is kept; "" when the company has not said, then a page tells how to get it. */
export const sourceAddress = (): string => schema().settings.source_url ?? "";

export const findEntity = (key: string): Entity | null => current.value?.entities[key] ?? null;
export const menu = (): readonly MenuEntry[] => current.value?.menu ?? [];

/** Menu entries by group, in the order of the menu. */
export function menuGroups(): readonly { readonly title: string; readonly entries: readonly MenuEntry[] }[] {
  const groups = new Map<string, MenuEntry[]>();
  for (const entry of menu()) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups].map(([title, entries]) => ({ title, entries }));
}

/** A field of the entity, or, for a path through links («company.city»), the far field under its whole path. */
export function findField(entity: Entity, path: string): Field | null {
  const direct = fieldsOf(entity).get(path);
  if (direct) return direct;
  const dot = path.indexOf(".");
  if (dot === -1) return null;
  const link = fieldsOf(entity).get(path.slice(0, dot));
  const target = link?.options.to?.[0];
  const far = target === undefined ? null : findEntity(target);
  const field = far && findField(far, path.slice(dot + 1));
  if (!link || !field) return null;
  return { ...field, key: path, title: `${link.title}: ${field.title}`, right: "read", required: false };
}

const byKey = new WeakMap<Entity, Map<string, Field>>();

function fieldsOf(entity: Entity): Map<string, Field> {
  let map = byKey.get(entity);
  if (!map) byKey.set(entity, (map = new Map(entity.fields.map((field) => [field.key, field]))));
  return map;
}

export const fieldByRole = (entity: Entity, role: string): Field | null => entity.fields.find((field) => field.role === role) ?? null;

export const stageField = (entity: Entity): Field | null => fieldByRole(entity, "stage");
export const responsibleField = (entity: Entity): Field | null => fieldByRole(entity, "responsible");

/** The sum that stands beside the name: the field of that role, else what a board adds up. */
export function amountField(entity: Entity): Field | null {
  const total = entity.views.find((view) => view.total)?.total;
  return fieldByRole(entity, "amount") ?? (total ? findField(entity, total) : null);
}

/** The field that mostly names the record, so that its own column or line need not be repeated beside the name. */
export function nameField(entity: Entity): Field | null {
  const first = entity.views.find((view) => view.kind === "list")?.columns[0];
  const key = entity.label_field ?? first;
  return key ? findField(entity, key) : null;
}

/** Fields worth offering in lists of choices: not the bare id, nor the label where a field of its own names the record. */
export const isOwn = (entity: Entity, field: Field): boolean => field.key !== "id" && (field.key !== "label" || nameField(entity) === null);

/** The field whose value stands under the name: the first link that is no person of the company. */
export function subtitleField(entity: Entity): Field | null {
  const shown = entity.views.find((view) => view.kind === "list")?.columns ?? [];
  const links = shown.map((key) => findField(entity, key)).filter((field): field is Field => field !== null && isOutsideLink(field));
  return links.find((field) => field.key !== nameField(entity)?.key) ?? null;
}

function isOutsideLink(field: Field): boolean {
  const target = field.options.to?.[0];
  return target !== undefined && !["employee", "department"].includes(target) && !isDictionary(target);
}

/** Whether records of this object are entries of a short list, which are said without a mark and have no card worth opening. */
export const isDictionary = (key: string): boolean => findEntity(key)?.kind === "dictionary";

export function pipelineOf(entity: Entity, stage: unknown): Pipeline | null {
  return entity.pipelines.find((pipeline) => pipeline.stages.some((one) => one.key === stage)) ?? entity.pipelines[0] ?? null;
}

export function findStage(entity: Entity, key: unknown): Stage | null {
  for (const pipeline of entity.pipelines) for (const stage of pipeline.stages) if (stage.key === key) return stage;
  return null;
}

/** Shared views; an entity without any gets a plain list, so that a new object is usable at once. */
export function viewsOf(entity: Entity): readonly View[] {
  return entity.views.length ? entity.views : [plainView(entity)];
}

function plainView(entity: Entity): View {
  const columns = entity.fields.filter((field) => !field.system).slice(0, 8).map((field) => field.key);
  return { key: "all", title: t("list.all"), kind: "list", columns: columns.length ? columns : ["label"], filter: "", sort: [], group: "", total: "", pipeline: "", options: {} };
}

/** Columns whose sum means something without being asked for: money.  A sum of years of birth does not. */
export function summedFields(fields: readonly Field[]): readonly Field[] {
  const money = fields.filter((field) => "currency" in field.options && field.aggregates.includes("sum"));
  // Prices of lines add up to nothing; where a trait says which column is the sum, that one stands for all.
  const named = money.filter((field) => field.role === "amount" || field.role === "line_sum");
  return named.length ? named : money;
}

export const mayEdit = (entity: Entity, field: Field): boolean => entity.rights.change && field.right === "edit" && !field.system;

/** The object in «Создать сделку»: in Russian the accusative when the configuration gives one. */
export const accusative = (entity: Entity): string => ((language() === "ru" && entity.forms["accusative"]) || entity.title).toLocaleLowerCase();
