/** A title with another word in the reader's language; the rest of it stays. */
import type { TitleTable } from "../../../api/configurator";
import { language } from "../../../words";

export const retitled = (title: TitleTable, text: string): TitleTable => {
  const said = text.trim();
  if (!said) return title;
  return language() === "en" ? { ...title, en: said, ru: title.ru || said } : { ...title, ru: said };
};

/** Of what is only being made. */
export const titled = (text: string): TitleTable => retitled({}, text);
