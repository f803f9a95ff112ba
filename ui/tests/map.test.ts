/** The map: where places lie on it, which of them are one mark, what its address says. */
import { describe, expect, it } from "vitest";
import type { Rec } from "../src/records/cache";
import { gather, latitudeOf, longitudeOf, lookAt, netOf, readLook, sideOf, spotOf, writeLook, xOf, yOf, type Spot } from "../src/views/map/earth";

const rec = (id: number): Rec => ({ entity: "client", id, version: 1, label: `№ ${id}`, deleted_at: null, rights: null, form: null, values: {} });
const spot = (id: number, place: string): Spot => {
  const found = spotOf(rec(id), place);
  if (!found) throw new Error(place);
  return found;
};

describe("the map", () => {
  it("lays a place where all maps of the web have it, and back", () => {
    expect([xOf(0), yOf(0)]).toEqual([0.5, 0.5]);
    expect(yOf(85.0511)).toBeCloseTo(0, 4);
    expect([latitudeOf(yOf(55.751244)), longitudeOf(xOf(37.618423))].map((one) => one.toFixed(6))).toEqual(["55.751244", "37.618423"]);
    expect(Number.isFinite(yOf(90)) && Number.isFinite(yOf(-90))).toBe(true);
  });

  it("reads a place as it is kept and nothing else", () => {
    expect(spotOf(rec(1), "-33.85, 151.2")).toMatchObject({ x: xOf(151.2), y: yOf(-33.85) });
    for (const other of [null, "", "Москва", "55.7", 55.7]) expect(spotOf(rec(1), other)).toBeNull();
  });

  it("makes one mark of near places, two of far ones, and none lies on another", () => {
    const near = [spot(1, "55.75, 37.61"), spot(2, "55.76, 37.62"), spot(3, "59.93, 30.31")];
    expect(gather(near, 4).map((one) => one.spots.map(({ rec: { id } }) => id))).toEqual([[1, 2], [3]]);
    expect(gather(near, 14)).toHaveLength(3);
    const many = Array.from({ length: 400 }, (_, at) => spot(at, `${50 + ((at * 37) % 100) / 10}, ${30 + ((at * 53) % 300) / 10}`));
    for (const zoom of [3, 5, 7]) {
      const marks = gather(many, zoom);
      expect(marks.reduce((sum, one) => sum + one.spots.length, 0)).toBe(400);
      for (const [at, one] of marks.entries()) for (const other of marks.slice(at + 1)) expect(Math.hypot(one.x - other.x, one.y - other.y) * sideOf(zoom)).toBeGreaterThanOrEqual(46);
    }
  });

  it("looks at all of them with some room, and at one from nearby", () => {
    const look = lookAt([spot(1, "55.75, 37.61"), spot(2, "59.93, 30.31")], 1000, 600);
    expect(Math.abs(yOf(55.75) - yOf(59.93)) * sideOf(look.zoom)).toBeLessThanOrEqual(0.8 * 600 + 1);
    expect(lookAt([spot(1, "55.75, 37.61")], 1000, 600).zoom).toBe(14);
  });

  it("says what it looks at in the address and reads it back; what is no look is none", () => {
    const look = readLook(writeLook({ x: xOf(37.6184), y: yOf(55.7512), zoom: 11.5 }));
    expect(look?.zoom).toBe(11.5);
    expect(look && longitudeOf(look.x)).toBeCloseTo(37.6184, 4);
    for (const text of ["", "week:2026-11-24", "55.7,37.6", "a,b,c"]) expect(readLook(text)).toBeNull();
  });

  it("has some lines of the net each way, however near", () => {
    for (const [from, to] of [[-180, 180], [30, 90], [37.61, 37.62], [55.751, 55.759]] as const) {
      expect(netOf(from, to).length).toBeGreaterThan(1);
      expect(netOf(from, to).length).toBeLessThan(11);
    }
  });
});
