/** The record being added, if any: asked for from lists, boards, the palette and the phone's «+», shown once by the shell. */
import { shallowRef } from "vue";
import type { Cell, Entity, LinkCell } from "../../api/types";
import { isOfType } from "../../fields";
import type { Rec } from "../../records/cache";
import { findEntity } from "../../schema";

export interface Creating {
  readonly entity: string;
  readonly preset: Record<string, Cell>;
}

export const creating = shallowRef<Creating | null>(null);

export function startCreate(entity: string, preset: Record<string, Cell> = {}): void {
  creating.value = { entity, preset };
}

/** A record added on the way, from a link that is being filled: over whatever asks for it. */
export interface Inner {
  readonly entity: Entity;
  readonly preset: Record<string, Cell>;
  answer(rec: Rec | null): void;
}

export const inner = shallowRef<Inner | null>(null);

/** The link to the record that was added; null when the person changed his mind. */
export function createInside(key: string, text: string): Promise<LinkCell | null> {
  const entity = findEntity(key);
  if (!entity) return Promise.resolve(null);
  return new Promise((resolve) => {
    inner.value = {
      entity,
      preset: presetOf(entity, text),
      answer(rec) {
        if (inner.value === null) return;
        inner.value = null;
        resolve(rec ? [rec.id, rec.label] : null);
      },
    };
  });
}

const DIGITS = /^[+\d][\d\s()-]{6,}$/;

/** What was typed while looking for it goes where it belongs: a phone, an address, an INN, a name in one part or in two. */
export function presetOf(entity: Entity, text: string): Record<string, Cell> {
  const typed = text.trim();
  if (!typed) return {};
  const free = entity.fields.filter((field) => field.right === "edit" && !field.system);
  const ofType = (type: string): string | undefined => free.find((field) => isOfType(field, type))?.key;
  const named = entity.fields.find((field) => field.key === entity.label_field && isOfType(field, "text"))?.key;
  const digits = typed.replace(/\D/g, "");
  const inn = ofType("inn");
  if (inn && /^\d+$/.test(typed) && (digits.length === 10 || digits.length === 12)) return { [inn]: typed };
  const phone = ofType("phone");
  if (phone && DIGITS.test(typed)) return { [phone]: [[typed, ""]] };
  const email = ofType("email");
  if (email && /^\S+@\S+$/.test(typed)) return { [email]: [[typed, ""]] };
  if (named) return { [named]: typed };
  const order = [...entity.form.quick, ...free.map((field) => field.key)];
  const texts = [...new Set(order)].filter((key) => free.some((field) => field.key === key && isOfType(field, "text")));
  const [word, ...rest] = typed.split(/\s+/);
  if (texts[0] === undefined) return {};
  return rest.length && texts[1] !== undefined ? { [texts[0]]: word ?? "", [texts[1]]: rest.join(" ") } : { [texts[0]]: typed };
}
