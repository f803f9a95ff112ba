/** Words with simple marks, never HTML: «# » a heading, «- » a point of a list, **bold**, *slanted*, [word](/address). */
export interface Span {
  readonly text: string;
  readonly bold?: boolean;
  readonly slanted?: boolean;
  /** Of the own site, or of another one by http or https. */
  readonly to?: string;
}

export interface Line {
  readonly kind: "heading" | "point" | "plain";
  readonly spans: readonly Span[];
}

const MARK = /\*\*(.+?)\*\*|\*([^\s*][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const SAFE = /^(?:https?:\/\/|\/(?!\/))/;

export function readMarks(text: string): readonly Line[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    const [kind, words] = line.startsWith("# ") ? (["heading", line.slice(2)] as const) : /^[-•] /.test(line) ? (["point", line.slice(2)] as const) : (["plain", line] as const);
    return { kind, spans: spansOf(words) };
  });
}

function spansOf(text: string): readonly Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    const [whole, bold, slanted, word, to] = match;
    // An address that leads to a script or nowhere stays the text that was typed.
    if (to !== undefined && !SAFE.test(to)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push(bold !== undefined ? { text: bold, bold: true } : slanted !== undefined ? { text: slanted, slanted: true } : { text: word ?? "", to: to ?? "" });
    at = match.index + whole.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}
