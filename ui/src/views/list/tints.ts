/** Colours of rows by rules: which hold for the rows in sight is told by the server, for it knows the language. */
import { reactive, watch } from "vue";
import { readMarks } from "../../api/views";
import { peek } from "../../records/cache";
import { writesOf } from "../../records/writes";
import type { Entity } from "../../schema";
import { clauseOf } from "../asked";
import { all } from "../../fields/formula";
import type { Colour } from "../settings";

export interface Tint {
  readonly row: number | null;
  readonly cells: Readonly<Record<string, number>>;
}

export const ruleOf = (entity: Entity, colour: Colour): string => all(colour.parts.map((part) => clauseOf(entity, part)));

const AGAIN_MS = 150;

/** The first rule that holds gives the colour. */
export function useTints(entity: () => Entity, colours: () => readonly Colour[], ids: () => readonly number[]) {
  // By record and version: what was written meanwhile is asked anew.
  const known = reactive(new Map<string, Tint | null>());
  let timer = 0;
  const nameOf = (id: number): string => `${id}.${peek(entity().key, id)?.version ?? 0}`;

  async function ask(): Promise<void> {
    const rules = colours().map((colour) => ({ colour, rule: ruleOf(entity(), colour) })).filter((one) => one.rule !== "");
    const wanted = ids().filter((id) => !known.has(nameOf(id))).slice(0, 500);
    if (!wanted.length || !rules.length) return;
    const names = new Map(wanted.map((id) => [id, nameOf(id)]));
    try {
      const found = await readMarks(entity().key, wanted, rules.map((one) => one.rule));
      for (const id of wanted) known.set(names.get(id) ?? "", tintOf(rules.filter((_, index) => found[index]?.includes(id)).map((one) => one.colour)));
    } catch {
      // A row without its colour is still a row.
    }
  }

  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), AGAIN_MS);
  };
  watch(() => ids().map(nameOf).join(), later, { immediate: true });
  watch([colours, () => writesOf(entity().key)], () => {
    known.clear();
    later();
  });
  return (id: number): Tint | null => known.get(nameOf(id)) ?? null;
}

function tintOf(colours: readonly Colour[]): Tint | null {
  if (!colours.length) return null;
  const cells: Record<string, number> = {};
  for (const colour of colours) if (colour.field) cells[colour.field] ??= colour.hue;
  return { row: colours.find((one) => !one.field)?.hue ?? null, cells };
}
