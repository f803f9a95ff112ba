/** What editors of fields ask of the rest of the program (fields/types.ts). */
import { fileAddress, suggest, uploadFiles } from "../api/records";
import type { FieldTools } from "../fields";
import { accusative, findEntity, schema, type Entity } from "../schema";
import { createInside } from "../views/create/creating";

// People are added with a login and rights, not on the way.
const PEOPLE = ["employee", "department", "group"];

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
    creatable: (entities) => entities.map(findEntity).filter((one): one is Entity => !!one?.rights.add && one.kind !== "line" && !PEOPLE.includes(one.key)).map((one) => ({ key: one.key, title: accusative(one) })),
    create: createInside,
    upload: uploadFiles,
    fileAddress,
  };
}
