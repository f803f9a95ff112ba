/** The colour of a record where it is a bar or a mark: of its stage, else of the first list that has colours. */
import type { Field } from "../api/types";
import { type Entity, fieldByRole, findField, findStage, stageField, type View } from "../schema";
import type { Rec } from "../records/cache";

const isColoured = (field: Field | null): field is Field => field !== null && (field.options.options?.some((one) => one.hue !== null) ?? false);

export function colourField(entity: Entity, view: View): Field | null {
  const stage = stageField(entity);
  if (stage) return stage;
  return view.columns.map((path) => findField(entity, path)).find(isColoured) ?? entity.fields.find(isColoured) ?? null;
}

export function hueOfRec(entity: Entity, field: Field | null, rec: Rec): number | null {
  if (!field) return entity.hue;
  const value = rec.values[field.key];
  if (field === stageField(entity)) return findStage(entity, value)?.hue ?? null;
  return field.options.options?.find((one) => one.key === value)?.hue ?? null;
}

/** What is over: an activity that is done, a record at a last stage. */
export function isOver(entity: Entity, rec: Rec): boolean {
  const done = fieldByRole(entity, "done_at");
  if (done) return rec.values[done.key] != null;
  const stage = stageField(entity);
  return !!stage && !!findStage(entity, rec.values[stage.key])?.ends;
}
