/** The typed line cut at what was understood, so that it may be marked under the letters. */

export interface Piece {
  readonly text: string;
  /** null: understood as nothing but words. */
  readonly field: string | null;
}

/** Places come in code points, as the server counts; an emoji is one of them and two of JavaScript's. */
export function cutLine(text: string, parts: readonly (readonly [field: string, start: number, end: number])[]): readonly Piece[] {
  const points = [...text];
  const pieces: Piece[] = [];
  let at = 0;
  for (const [field, start, end] of parts) {
    if (start < at || end > points.length) continue;
    if (start > at) pieces.push({ text: points.slice(at, start).join(""), field: null });
    pieces.push({ text: points.slice(start, end).join(""), field });
    at = end;
  }
  if (at < points.length) pieces.push({ text: points.slice(at).join(""), field: null });
  return pieces;
}
