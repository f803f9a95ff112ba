/** A code as one path of an SVG, in modules, with the quiet zone that its standard wants. */
import { encode } from "uqr";
import { code128, ean13, ean8 } from "./bars";

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly path: string;
}

const QUIET = 11;
const TALL = 48;
const QR_QUIET = 4;

export function pictureOf(kind: string, text: string): Picture {
  if (kind === "qr") return squares(encode(text, { ecc: "M", border: 0 }).data);
  return bars(kind === "ean13" ? ean13(text) : kind === "ean8" ? ean8(text) : code128(text));
}

function squares(rows: readonly (readonly boolean[])[]): Picture {
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QR_QUIET} ${y + QR_QUIET}h1v1h-1z` : ""))).join("");
  const side = rows.length + 2 * QR_QUIET;
  return { width: side, height: side, path };
}

function bars(bits: string): Picture {
  const runs = [...bits.matchAll(/1+/g)];
  const path = runs.map((run) => `M${run.index + QUIET} 0h${run[0].length}v${TALL}h-${run[0].length}z`).join("");
  return { width: bits.length + 2 * QUIET, height: TALL, path };
}
