/** Colour of a name: one hue from its letters, the same everywhere. */
export function hueOf(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index++) sum = (sum * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(sum) % 360;
}

// «ООО «Ромашка»» is known by «Р», not by «О».
const LEGAL = /^(?:ООО|ОАО|ПАО|ЗАО|АО|ИП|НКО|ФГУП|МУП)\s+/u;

/** One letter of a company, two of a person. */
export function initials(text: string, letters: 1 | 2 = 2): string {
  const clean = text.replace(LEGAL, "").replace(/[«»"“”'()]/g, "").trim();
  return clean.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, letters).join("").toLocaleUpperCase();
}
