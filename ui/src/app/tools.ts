/** What editors of fields ask of the rest of the program (fields/types.ts). */
import { fileAddress, suggest, uploadFiles } from "../api/records";
import type { FieldTools } from "../fields";
import { schema } from "../schema";

export function makeFieldTools(): FieldTools {
  return {
    async suggest(asked, text) {
      // A link to a record of any object names none: it searches in all that the reader sees.
      const entities = asked.length ? asked : Object.values(schema().entities).filter((entity) => entity.kind === "record").map((entity) => entity.key);
      const found = await Promise.all(entities.map(async (entity) => {
        const { items } = await suggest(entity, text, asked.length === 1 ? 20 : 8).catch(() => ({ items: [] }));
        return asked.length !== 1 ? items.map(([id, label]) => [id, label, entity] as const) : items;
      }));
      return found.flat();
    },
    upload: uploadFiles,
    fileAddress,
  };
}
