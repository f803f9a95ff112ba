/** Text of a block: «Регламент — [здесь](https://…)».  Only addresses that open a page or write a letter are links. */
export interface TextPart {
  readonly text: string;
  readonly to?: string;
}

const LINK = /\[([^\]\n]{1,300})\]\(([^()\s]{1,2000})\)/g;
const LAWFUL = /^(https?:\/\/|mailto:|tel:|\/(?!\/))/i;

export function partsOfText(line: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const found of line.matchAll(LINK)) {
    const [whole, text = "", to = ""] = found;
    if (!LAWFUL.test(to)) continue;
    if (found.index > from) parts.push({ text: line.slice(from, found.index) });
    parts.push({ text, to });
    from = found.index + whole.length;
  }
  if (from < line.length) parts.push({ text: line.slice(from) });
  return parts;
}
