/** Ways through links from an object: «Тариф: Плата», «Адрес: Дом: Улица». */
import type { Field } from "../../../api/types";
import { isSingleLink } from "../../../fields/setup";
import { findEntity, isOwn, type Entity } from "../../../schema";

export interface Path {
  readonly key: string;
  readonly title: string;
}

const DEEPEST = 3;

/** Fields of linked records, link by link; each link that is followed once on the way is not followed again. */
export function farPaths(entity: Entity, deep = DEEPEST, walked: readonly string[] = [entity.key]): readonly Path[] {
  const links = entity.fields.filter((field) => isSingleLink(field.type) && field.options.to?.length === 1);
  return links.flatMap((link) => {
    const target = findEntity(link.options.to?.[0] ?? "");
    if (!target) return [];
    const near = target.fields.filter((field) => shown(target, field)).map((field) => ({ key: `${link.key}.${field.key}`, title: `${link.title}: ${field.title}` }));
    if (deep < 2 || walked.includes(target.key) || link.system) return near;
    return [...near, ...farPaths(target, deep - 1, [...walked, target.key]).map((one) => ({ key: `${link.key}.${one.key}`, title: `${link.title}: ${one.title}` }))];
  });
}

const shown = (target: Entity, field: Field): boolean => !field.system && isOwn(target, field);

export interface Child {
  readonly entity: string;
  readonly by: string;
}

/** Links of other objects that lead here, and so may be rolled up: the child, and the field of it that names this record. */
export function childLinks(key: string, all: Readonly<Record<string, Entity>>): readonly Child[] {
  return Object.values(all).flatMap((child) => child.fields.filter((field) => !field.system && field.options.to?.includes(key)).map((field) => ({ entity: child.key, by: field.key })));
}
