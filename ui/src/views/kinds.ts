/** What each kind of view asks beside columns and conditions, and which fields will do: as in svyaz/schema/view_kinds.py. */
import type { Field } from "../api/types";
import { fieldType, isOfType } from "../fields";
import { fieldByRole, findField, type Entity, type View } from "../schema";
import { isDated } from "./grains";

export interface KindOption {
  readonly name: "date" | "until" | "picture" | "parent" | "place";
  readonly needed: boolean;
  fits(entity: Entity, field: Field): boolean;
}

const option = (name: KindOption["name"], needed: boolean, fits: KindOption["fits"]): KindOption => ({ name, needed, fits });
const dated = (_: Entity, field: Field): boolean => isDated(field);
const DATES = [option("date", true, dated), option("until", false, dated)];

export const KIND_OPTIONS: Readonly<Record<string, readonly KindOption[]>> = {
  calendar: DATES,
  gantt: DATES,
  gallery: [option("picture", false, (_, field) => isOfType(field, "image") || isOfType(field, "file"))],
  map: [option("place", true, (_, field) => isOfType(field, "place"))],
  tree: [option("parent", true, (entity, field) => !field.options.many && fieldType(field).ask.conditions.includes("is") && (field.options.to?.includes(entity.key) ?? false))],
};

/** Roles whose field is meant when none is named. */
const EVIDENT = ["due_at", "deadline", "parent"];

export const fittingFields = (entity: Entity, one: KindOption): readonly Field[] => entity.fields.filter((field) => one.fits(entity, field));

export function evidentField(entity: Entity, one: KindOption): Field | null {
  const fitting = fittingFields(entity, one).filter((field) => !field.system);
  return EVIDENT.map((role) => fieldByRole(entity, role)).find((field) => field && fitting.includes(field)) ?? fitting[0] ?? fittingFields(entity, one)[0] ?? null;
}

/** The field of an option of this view: as it says, else the evident one of what is needed. */
export function optionField(entity: Entity, view: View, name: KindOption["name"]): Field | null {
  const one = KIND_OPTIONS[view.kind]?.find((known) => known.name === name);
  const told = view.options[name];
  const field = told ? findField(entity, told) : null;
  return one && field && one.fits(entity, field) ? field : one?.needed ? evidentField(entity, one) : null;
}

/** Whether the object has what a view of this kind cannot do without. */
export const mayBeKind = (entity: Entity, kind: string): boolean =>
  (KIND_OPTIONS[kind] ?? []).every((one) => !one.needed || fittingFields(entity, one).length > 0);
