/** Fields a condition may speak of: the object's own, and those of records it is linked to, link by link. */
import type { Field } from "../../api/types";
import { findEntity, findField, isOwn, type Entity } from "../../schema";

export interface FieldOption {
  readonly key: string;
  readonly title: string;
  readonly field: Field;
}

const isAskable = (field: Field): boolean => field.operators.length > 0;
const option = (field: Field): FieldOption => ({ key: field.key, title: field.title, field });

const linksOf = (entity: Entity): readonly Field[] => entity.fields.filter((field) => field.options.to?.length === 1);

export function askedFields(entity: Entity, deep = 1): readonly FieldOption[] {
  const own = entity.fields.filter((field) => isAskable(field) && isOwn(entity, field)).map(option);
  return [...own, ...linksOf(entity).flatMap((link) => beyond(entity, link, link.key, deep))];
}

/** «Контрагент: Ответственный: Отдел» — as deep as is asked for. */
function beyond(entity: Entity, link: Field, path: string, deep: number): readonly FieldOption[] {
  const target = link.options.to?.[0] === undefined ? null : findEntity(link.options.to[0]);
  if (!target) return [];
  const here = target.fields.filter((field) => isAskable(field) && !field.system).map((field) => findField(entity, `${path}.${field.key}`)).filter((field): field is Field => field !== null);
  const further = deep > 1 ? linksOf(target).filter((next) => !next.system).flatMap((next) => beyond(entity, next, `${path}.${next.key}`, deep - 1)) : [];
  return [...here.map(option), ...further];
}
