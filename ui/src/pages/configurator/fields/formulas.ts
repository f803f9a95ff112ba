/** Formulas are typed by titles and kept by keys, so that a renamed field breaks none. */
import { readFormula } from "../../../api/views";
import { findEntity } from "../../../schema";

/** As people read it; the text itself when the server does not understand it. */
export async function byTitles(entity: string, text: string): Promise<string> {
  if (!text.trim() || !findEntity(entity)) return text;
  return readFormula(entity, text).then((read) => read.titles || text, () => text);
}

/** As it is kept; what names a field that is only being made stays as it was typed. */
export async function byKeys(entity: string, text: string): Promise<string> {
  if (!text.trim() || !findEntity(entity)) return text.trim();
  return readFormula(entity, text).then((read) => read.formula || text.trim(), () => text.trim());
}
