/** Codes of bars as texts of "1" for a bar and "0" for a gap, one for a module.

    EAN: ISO/IEC 15420; Code 128: ISO/IEC 15417.  What comes here the server has checked: digits, check digits, ASCII. */
const ODD = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"];
const turned = (bits: string): string => [...bits].map((bit) => (bit === "1" ? "0" : "1")).join("");
const RIGHT = ODD.map(turned);
const EVEN = RIGHT.map((bits) => [...bits].reverse().join(""));
// How the left half of EAN-13 says its first digit.
const PARITY = ["000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010"];

const GUARD = "101";
const MIDDLE = "01010";

const told = (digits: string, table: readonly string[]): string => [...digits].map((digit) => table[Number(digit)] ?? "").join("");

export function ean13(code: string): string {
  const parity = PARITY[Number(code[0])] ?? "";
  const left = [...code.slice(1, 7)].map((digit, at) => (parity[at] === "1" ? EVEN : ODD)[Number(digit)] ?? "").join("");
  return GUARD + left + MIDDLE + told(code.slice(7), RIGHT) + GUARD;
}

export const ean8 = (code: string): string => GUARD + told(code.slice(0, 4), ODD) + MIDDLE + told(code.slice(4), RIGHT) + GUARD;

// Widths of bars and gaps by turns, of the symbols 0…106.
const WIDTHS = (
  "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 " +
  "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 " +
  "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 " +
  "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 " +
  "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 " +
  "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split(" ");
const START_B = 104;
const START_C = 105;
const STOP = 106;

const drawn = (widths: string): string => [...widths].map((width, at) => (at % 2 ? "0" : "1").repeat(Number(width))).join("");

/** Of an even number of digits two in a symbol, of other texts one sign in a symbol. */
export function code128(text: string): string {
  const pairs = /^(?:\d\d){2,}$/.test(text);
  const symbols = pairs ? (text.match(/\d\d/g) ?? []).map(Number) : [...text].map((sign) => sign.charCodeAt(0) - 32);
  const start = pairs ? START_C : START_B;
  const check = symbols.reduce((sum, symbol, at) => sum + symbol * (at + 1), start) % 103;
  return [start, ...symbols, check, STOP].map((symbol) => drawn(WIDTHS[symbol] ?? "")).join("");
}
