/** Read-only cells: functional components without instances, cheap enough for a virtual grid. */
import { h, type FunctionalComponent, type VNode } from "vue";
import type { Cell, Field, LinkCell, Option } from "../api/types";
import { hueOf, initials } from "../kit/hue";
import { t } from "../words";

export interface CellProps {
  readonly cell: Cell;
  readonly field: Field;
  /** The record is closed: nothing in it is late any more. */
  readonly settled?: boolean;
  /** In a grid or on a card of a board: links are not stops of the Tab key. */
  readonly flat?: boolean;
}

export function cellComponent(render: (props: CellProps) => VNode | null): FunctionalComponent<CellProps> {
  const component: FunctionalComponent<CellProps> = (props) => render(props);
  component.props = { cell: null, field: Object, settled: Boolean, flat: Boolean };
  return component;
}

export const optionOf = (field: Field, key: Cell): Option | undefined => field.options.options?.find((option) => option.key === key);

export const several = (cell: Cell): readonly Cell[] => (Array.isArray(cell) ? cell : cell == null ? [] : [cell]);

export const chip = (title: string, hue: number | null | undefined): VNode =>
  h("span", { class: ["chip", hue == null ? "tone-none" : "tone"], style: hue == null ? undefined : { "--h": hue } }, h("span", { class: "ell" }, title));

/** A link whose record the reader may not see has no label: «скрыто» (house.md, rights by formula). */
export const linkLabel = (link: LinkCell): string => link[1] ?? t("field.hidden_record");

/** Links of a cell, one or several.  A link to any object comes as [entity, id, label] and is turned about. */
export function linksOf(cell: Cell): readonly LinkCell[] {
  if (!Array.isArray(cell) || cell.length === 0) return [];
  const list = (Array.isArray(cell[0]) ? cell : [cell]) as readonly (readonly Cell[])[];
  return list.map((one): LinkCell => (typeof one[0] === "string" ? [Number(one[1]), (one[2] ?? null) as string | null, one[0]] : (one as unknown as LinkCell)));
}

/** The same link as the server writes it. */
export const linkCell = ([id, label, entity]: LinkCell): Cell => (entity === undefined ? [id, label] : [entity, id, label]);

export type LinkLook = "person" | "record" | "entry";

export function linkNode(link: LinkCell, look: LinkLook): VNode {
  const label = linkLabel(link);
  if (look === "entry") return h("span", { class: ["ell", { muted: link[1] == null }] }, label);
  const person = look === "person";
  const mark = h("span", { class: ["ava tone", { sq: !person }], style: { "--h": hueOf(label) }, "aria-hidden": "true" }, initials(label, person ? 2 : 1));
  return h("span", { class: ["person", { muted: link[1] == null }] }, [mark, h("span", { class: "ell" }, label)]);
}
