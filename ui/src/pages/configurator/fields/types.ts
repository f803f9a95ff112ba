/** Titles and icons of field types, as the configurator says them. */
import { Calculator, Eye, Sigma } from "@lucide/vue";
import type { Component } from "vue";
import { fieldTypes } from "../../../fields";
import { later } from "../../../fields/later";
import { families, notByHand } from "../../../fields/setup";
import { tryWords } from "../../../words";
import { palette } from "../draft";

const COMPUTED: Readonly<Record<string, Component>> = { formula: Calculator, lookup: Eye, rollup: Sigma };

export const typeTitle = (type: string): string => tryWords(`conf.type.${type}`) ?? type;
export const typeIcon = (type: string): Component => COMPUTED[type] ?? fieldTypes[type]?.icon ?? later[type]?.icon ?? fieldTypes["text"]?.icon ?? Calculator;

/** What may be added by hand, by families; types of a newer server stand in a family of their own. */
export function offered(): readonly { readonly key: string; readonly types: readonly string[] }[] {
  const known = palette.value.types.map((one) => one.key).filter((key) => !notByHand.includes(key));
  const placed = new Set(Object.values(families).flat());
  return [...Object.entries(families).map(([key, types]) => ({ key, types: types.filter((one) => known.includes(one)) })), { key: "others", types: known.filter((one) => !placed.has(one)) }]
    .filter((family) => family.types.length);
}
