/** The company as boxes inside boxes: who is where, what matches a search, what a move writes.  Nothing here touches the screen. */
import type { Row, Structure } from "../../../api/structure";
import type { Cell, LinkCell } from "../../../api/types";

export interface Person {
  readonly id: number;
  readonly label: string;
  readonly position: string;
  readonly photo: Cell;
  /** The main one first. */
  readonly departments: readonly number[];
}

export interface Box {
  /** 0: people of no department. */
  readonly id: number;
  readonly title: string;
  readonly parent: number;
  readonly head: Person | null;
  readonly deputies: readonly Person[];
  readonly people: readonly Person[];
  readonly vacancies: readonly { readonly id: number; readonly label: string }[];
  readonly below: readonly Box[];
  /** People here and beneath, each counted once. */
  readonly total: number;
}

const NOWHERE = 0;

const links = (cell: Cell | undefined): readonly LinkCell[] =>
  !Array.isArray(cell) || !cell.length ? [] : ((Array.isArray(cell[0]) ? cell : [cell]) as unknown as readonly LinkCell[]);
export const ids = (cell: Cell | undefined): readonly number[] => links(cell).map((link) => Number(link[0]));
const text = (cell: Cell | undefined): string => (typeof cell === "string" ? cell : "");

const personOf = (row: Row): Person => ({
  id: row.id, label: text(row["label"]), position: text(row["position_title"]), photo: row["photo"] ?? null,
  departments: [...new Set([...ids(row["department"]), ...ids(row["departments"])])],
});

/** Departments at the top, each with those beneath; people of none come last.  A circle in old data hides nobody. */
export function draw(told: Structure): readonly Box[] {
  const people = new Map(told.people.map((row) => [row.id, personOf(row)]));
  const known = new Map(told.departments.map((row) => [row.id, row]));
  const parentOf = (row: Row): number => ids(row["parent"])[0] ?? NOWHERE;
  const beneath = new Map<number, Row[]>();
  for (const row of told.departments) beneath.set(parentOf(row), [...(beneath.get(parentOf(row)) ?? []), row]);
  const members = new Map<number, Person[]>();
  for (const person of people.values()) {
    const at = person.departments.filter((id) => known.has(id));
    for (const id of at.length ? at : [NOWHERE]) members.set(id, [...(members.get(id) ?? []), person]);
  }
  const drawn = new Set<number>();

  function box(row: Row): Box & { readonly all: ReadonlySet<number> } {
    drawn.add(row.id);
    const below = (beneath.get(row.id) ?? []).filter((one) => !drawn.has(one.id)).sort(byLabel).map(box);
    const head = people.get(ids(row["head"])[0] ?? 0) ?? null;
    const deputies = ids(row["deputies"]).map((id) => people.get(id)).filter((one): one is Person => !!one && one.id !== head?.id);
    const leaders = new Set([head?.id, ...deputies.map((one) => one.id)]);
    const here = (members.get(row.id) ?? []).filter((one) => !leaders.has(one.id)).sort(byLabel);
    const all = new Set([...[...leaders].filter((id): id is number => id !== undefined), ...here.map((one) => one.id), ...below.flatMap((one) => [...one.all])]);
    return { id: row.id, title: text(row["label"]), parent: parentOf(row), head, deputies, people: here, vacancies: vacanciesOf(row.id), below, total: all.size, all };
  }
  const vacanciesOf = (id: number): Box["vacancies"] =>
    told.vacancies.filter((one) => (ids(one["department"])[0] ?? NOWHERE) === id).map((one) => ({ id: one.id, label: text(one["label"]) })).sort(byLabel);

  const boxes: Box[] = told.departments.filter((row) => !known.has(parentOf(row))).sort(byLabel).map(box);
  for (const row of [...told.departments].sort(byLabel)) if (!drawn.has(row.id)) boxes.push(box(row));
  const leading = new Set([...every(boxes)].flatMap((one) => [one.head, ...one.deputies].map((leader) => leader?.id)));
  const loose = (members.get(NOWHERE) ?? []).filter((one) => !leading.has(one.id)).sort(byLabel);
  const unplaced = vacanciesOf(NOWHERE);
  if (loose.length || unplaced.length)
    boxes.push({ id: NOWHERE, title: "", parent: NOWHERE, head: null, deputies: [], people: loose, vacancies: unplaced, below: [], total: loose.length });
  return boxes;
}

function byLabel(one: { readonly label?: Cell } | Row, other: { readonly label?: Cell } | Row): number {
  return text(one["label"]).localeCompare(text(other["label"]), "ru");
}

export function* every(boxes: readonly Box[]): Generator<Box> {
  for (const box of boxes) {
    yield box;
    yield* every(box.below);
  }
}

const fold = (said: string): string => said.trim().toLocaleLowerCase("ru").replaceAll("ё", "е");

/** Boxes and people that match, in the order they are drawn: "d5", "p12". */
export function matches(boxes: readonly Box[], asked: string): readonly string[] {
  const wanted = fold(asked);
  if (!wanted) return [];
  const found: string[] = [];
  for (const box of every(boxes)) {
    if (box.id && fold(box.title).includes(wanted)) found.push(`d${box.id}`);
    for (const one of [box.head, ...box.deputies, ...box.people]) if (one && fold(`${one.label} ${one.position}`).includes(wanted)) found.push(`p${one.id}`);
  }
  return [...new Set(found)];
}

/** The boxes to be opened for a thing to be in sight, itself not among them. */
export function wayTo(boxes: readonly Box[], key: string): readonly number[] {
  for (const box of boxes) {
    if (key === `d${box.id}`) return [];
    if ([box.head, ...box.deputies, ...box.people].some((one) => one && key === `p${one.id}`)) return [box.id];
    const deeper = wayTo(box.below, key);
    if (deeper.length || box.below.some((one) => key === `d${one.id}`)) return [box.id, ...deeper];
  }
  return [];
}

/** A department may not go into itself, nor into what is beneath it. */
export function holds(boxes: readonly Box[], id: number, into: number): boolean {
  const moved = [...every(boxes)].find((box) => box.id === id);
  return !!moved && [...every([moved])].some((box) => box.id === into);
}

/** What a move of a person from one box to another writes; null: nothing. */
export function moved(person: Person, from: number, to: Pick<Box, "id" | "title">, titles: ReadonlyMap<number, string>): Record<string, Cell> | null {
  if (from === to.id) return null;
  const cell = (id: number): Cell => (id ? [id, titles.get(id) ?? ""] : null);
  const [main = NOWHERE, ...more] = person.departments;
  if (from === main || from === NOWHERE || !more.includes(from)) return { department: cell(to.id), departments: more.filter((id) => id !== to.id).map(cell) as Cell };
  return { departments: [...new Set(more.map((id) => (id === from ? to.id : id)))].filter((id) => id && id !== main).map(cell) as Cell };
}
