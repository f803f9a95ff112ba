/** What an ability needs to begin with: stages to pass, lines to lie in. */
import type { EntityTable } from "../../../api/configurator";

export const firstPipeline = () => ({
  key: "main", title: { ru: "Основная", en: "Main" },
  stages: [
    { key: "new", title: { ru: "Новая", en: "New" }, hue: 255 }, { key: "in_work", title: { ru: "В работе", en: "In work" }, hue: 70 },
    { key: "done", title: { ru: "Завершена", en: "Done" }, hue: 150, ends: "won" }, { key: "refused", title: { ru: "Отказ", en: "Refused" }, hue: 25, ends: "lost" },
  ],
});

/** Rows of goods within the card: their fields come with the trait of a line. */
export const linesOf = (table: EntityTable) => ({
  key: `${table.key.slice(0, 21)}_line`, title: { ru: "Позиция", en: "Line", plural: "Позиции", plural_en: "Lines", genitive: "позиции", accusative: "позицию", genitive_plural: "позиций" },
  icon: "list", traits: { line: {} }, field: [{ key: "title", title: { ru: "Наименование", en: "Title" }, type: "text", max: 300 }],
});
