/** The earth as a square: Mercator's map from 0 to 1 each way, as all maps of the web have it. */
import type { Cell } from "../../api/types";
import type { Rec } from "../../records/cache";

export interface Spot {
  readonly rec: Rec;
  readonly x: number;
  readonly y: number;
}

/** Places so near each other on the screen that they are one mark. */
export interface Cluster {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly spots: readonly Spot[];
}

/** The middle of what is seen, and how close: the square is 256 pixels wide at 0 and doubles with each step. */
export interface Look {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const CLOSEST = 18;
const NEAR_PX = 46;
const FROM_NEARBY = 14;
const MOST_LATITUDE = 85.0511;

export const sideOf = (zoom: number): number => 256 * 2 ** zoom;

export const xOf = (longitude: number): number => longitude / 360 + 0.5;

export function yOf(latitude: number): number {
  const sine = Math.sin((Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, latitude)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

export const longitudeOf = (x: number): number => (x - 0.5) * 360;
export const latitudeOf = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** A place as it is kept, "55.751244, 37.618423", latitude first; null of anything else. */
export function spotOf(rec: Rec, cell: Cell | undefined): Spot | null {
  const [latitude, longitude] = typeof cell === "string" ? cell.split(",").map(Number) : [];
  if (latitude === undefined || longitude === undefined || Number.isNaN(latitude) || Number.isNaN(longitude)) return null;
  return { rec, x: xOf(longitude), y: yOf(latitude) };
}

/** All of them in sight, with some room about; one place alone is looked at from nearby. */
export function lookAt(spots: readonly { readonly x: number; readonly y: number }[], width: number, height: number, closest = FROM_NEARBY): Look {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const one of spots) {  // a spread of tens of thousands is more than a call may take
    [left, right] = [Math.min(left, one.x), Math.max(right, one.x)];
    [top, bottom] = [Math.min(top, one.y), Math.max(bottom, one.y)];
  }
  const room = Math.min((width * 0.8) / 256 / Math.max(right - left, 1e-9), (height * 0.8) / 256 / Math.max(bottom - top, 1e-9));
  return { x: (left + right) / 2, y: (top + bottom) / 2, zoom: Math.max(0, Math.min(closest, Math.log2(room))) };
}

/** First by the squares of a net, then squares whose middles are near: marks never lie on each other. */
export function gather(spots: readonly Spot[], zoom: number): readonly Cluster[] {
  const side = sideOf(Math.round(zoom));
  const cells = new Map<string, Spot[]>();
  for (const spot of spots) {
    const key = `${Math.floor((spot.x * side) / NEAR_PX)}/${Math.floor((spot.y * side) / NEAR_PX)}`;
    const cell = cells.get(key);
    if (cell) cell.push(spot);
    else cells.set(key, [spot]);
  }
  const found: { key: string; x: number; y: number; spots: Spot[] }[] = [];
  for (const [key, some] of [...cells].sort(([, left], [, right]) => right.length - left.length)) {
    const [x, y] = [middle(some.map((one) => one.x)), middle(some.map((one) => one.y))];
    const near = found.find((one) => Math.hypot(one.x - x, one.y - y) * side < NEAR_PX);
    if (near) near.spots.push(...some);
    else found.push({ key, x, y, spots: [...some] });
  }
  return found;
}

const middle = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;

/** Lines of the net of degrees within these bounds, some 4 to 10 each way. */
export function netOf(from: number, to: number): readonly number[] {
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45].find((one) => (to - from) / one <= 9) ?? 90;
  const lines: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to; at++) lines.push(Number((at * step).toFixed(4)));
  return lines;
}

/** "55.7512,37.6184,11.5" of an address. */
export function readLook(text: string): Look | null {
  const [latitude, longitude, zoom] = /^-?\d+(\.\d+)?,-?\d+(\.\d+)?,\d+(\.\d+)?$/.test(text) ? text.split(",").map(Number) : [];
  return latitude === undefined || longitude === undefined || zoom === undefined ? null : { x: xOf(longitude), y: yOf(latitude), zoom: Math.min(CLOSEST, zoom) };
}

export const writeLook = (look: Look): string => `${latitudeOf(look.y).toFixed(5)},${longitudeOf(look.x).toFixed(5)},${look.zoom.toFixed(2)}`;
