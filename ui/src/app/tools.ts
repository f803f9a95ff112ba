/** What editors of fields ask of the rest of the program (fields/types.ts). */
import { fileAddress, suggest, uploadFiles } from "../api/records";
import type { FieldTools } from "../fields";
import { findEntity } from "../schema";
import { me } from "../schema/session";

export function makeFieldTools(): FieldTools {
  return {
    get me() {
      return me.value?.id ?? null;
    },
    async suggest(entities, text) {
      // A link to a record of any object searches in all that the reader sees.
      const found = await Promise.all(entities.map(async (entity) => {
        const { items } = await suggest(entity, text, entities.length > 1 ? 8 : 20).catch(() => ({ items: [] }));
        return entities.length > 1 ? items.map(([id, label]) => [id, label, entity] as const) : items;
      }));
      return found.flat();
    },
    upload: async (place, files) => (await uploadFiles(place.entity, place.id, files)).files,
    address: (entity, id) => (findEntity(entity) ? `/${entity}/${id}` : null),
    fileAddress,
  };
}
