/** A condition in words, for chips, rules of colour and screen readers. */
import { shallowReactive } from "vue";
import { readFormula } from "../../api/views";
import { fieldType, NEEDS_NOTHING } from "../../fields";
import { findField, type Entity } from "../../schema";
import { t } from "../../words";
import { isAsked, isGroup, type Part } from "../asked";

// A typed formula is kept by keys and shown by titles; the server tells them, once for a formula.
const titles = shallowReactive(new Map<string, string>());
const wanted = new Set<string>();

function titlesOf(entity: Entity, text: string): string {
  const name = `${entity.key} ${text}`;
  if (!wanted.has(name)) {
    wanted.add(name);
    void readFormula(entity.key, text).then((read) => titles.set(name, read.titles || text)).catch(() => wanted.delete(name));
  }
  return titles.get(name) ?? text;
}

export function sayPart(entity: Entity, part: Part): string {
  if (isGroup(part)) {
    const said = part.parts.map((one) => (isGroup(one) && one.parts.length > 1 ? `(${sayPart(entity, one)})` : sayPart(entity, one))).filter(Boolean);
    return said.join(part.any ? ` ${t("grid.or")} ` : ` ${t("grid.and")} `);
  }
  if (!isAsked(part)) return titlesOf(entity, part.text);
  const field = findField(entity, part.field);
  if (!field) return part.field;
  const condition = ["is", "period", "contains"].includes(part.condition) ? ":" : ` ${t(`condition.${part.condition}`)}`;
  const value = NEEDS_NOTHING.includes(part.condition) ? "" : fieldType(field).ask.say(part.value, part.condition, field) || "…";
  return `${field.title}${condition}${value ? ` ${value}` : ""}`;
}
