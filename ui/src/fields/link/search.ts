/** Searching for a record to link: one request at a time is answered, the last asked. */
import { inject, ref, shallowRef } from "vue";
import type { Field, LinkCell } from "../../api/types";
import { isDictionary } from "../../schema";
import { linkLabel, type LinkLook } from "../display";
import { fieldTools } from "../types";

export interface LinkOption {
  readonly key: string;
  readonly title: string;
  readonly link: LinkCell;
  /** Not a record yet: the object to add one of. */
  readonly adds?: string;
}

/** Ids are one sequence for all objects, so the id alone is enough. */
export const keyOf = (link: LinkCell): string => String(link[0]);

export const optionFor = (link: LinkCell): LinkOption => ({ key: keyOf(link), title: linkLabel(link), link });

/** People have a round mark, records a square one, entries of short lists none. */
export function lookOf(field: Field): LinkLook {
  const to = field.options.to ?? [];
  if (to.length === 1 && to[0] === "employee") return "person";
  return to.length === 1 && to[0] !== undefined && isDictionary(to[0]) ? "entry" : "record";
}

export function useLinkSearch(field: Field) {
  const tools = inject(fieldTools);
  const options = shallowRef<readonly LinkOption[]>([]);
  const busy = ref(true);
  let asked = 0;
  let timer = 0;

  async function find(text: string, mine: number): Promise<void> {
    const found = (await tools?.suggest(field.options.to ?? [], text).catch(() => [])) ?? [];
    if (mine !== asked) return;
    options.value = found.map(optionFor);
    busy.value = false;
  }

  function search(text: string): void {
    clearTimeout(timer);
    // From the first letter on what is shown, or is on its way, answers an older question.
    const mine = ++asked;
    busy.value = true;
    timer = window.setTimeout(() => void find(text, mine), 120);
  }

  void find("", ++asked);
  return { options, busy, search };
}
