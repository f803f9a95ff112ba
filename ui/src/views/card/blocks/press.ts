/** A button of the card that writes: an ordinary change by who pressed it, taken back from the message. */
import { ApiProblem } from "../../../api/http";
import { pressButton } from "../../../api/records";
import type { CardButton, Field } from "../../../api/types";
import { isEmptyCell } from "../../../fields";
import { hold, putView, type Rec } from "../../../records/cache";
import { askDemand } from "../../../records/questions";
import { loadRecord, offerUndo, save, tell } from "../../../records/save";
import { noteWrite } from "../../../records/writes";
import { findEntity, findField } from "../../../schema";
import { t } from "../../../words";

export async function press(rec: Rec, button: CardButton): Promise<void> {
  const free = hold(rec);
  try {
    const { record, batch } = await pressButton(rec.entity, rec.id, rec.version, button.key);
    free();
    putView(record);
    noteWrite(rec.entity);
    offerUndo(t("block.pressed", { button: button.title }), rec.entity, batch, () => void loadRecord(rec.entity, rec.id).catch(() => {}));
  } catch (refusal) {
    free();
    const fields = refusal instanceof ApiProblem ? missing(rec, refusal) : [];
    // What the new stage or a condition asks for is filled in, and the button is pressed again.
    const answer = fields.length ? await askDemand({ rec, title: button.title, fields, problems: {} }) : null;
    if (answer) return (await save(rec, answer)) ? press(rec, button) : undefined;
    if (fields.length) return;
    if (refusal instanceof ApiProblem && refusal.status === 409) await loadRecord(rec.entity, rec.id).catch(() => {});
    tell(refusal);
  }
}

function missing(rec: Rec, refusal: ApiProblem): readonly Field[] {
  const entity = findEntity(rec.entity);
  if (!entity || refusal.status !== 422) return [];
  const named = [...refusal.problems, { place: "", facts: refusal.facts }].flatMap((one) => {
    const fields = one.facts?.["fields"];
    return [one.place?.split(".").at(-1) ?? "", ...(Array.isArray(fields) ? fields.map(String) : [])];
  });
  return [...new Set(named)].map((key) => findField(entity, key)).filter((field): field is Field => field !== null && field.right === "edit" && isEmptyCell(rec.values[field.key]));
}
