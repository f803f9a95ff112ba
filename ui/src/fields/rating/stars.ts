import { h, type VNode } from "vue";
import type { Field } from "../../api/types";
import { t } from "../../words";

export const mostOf = (field: Field): number => field.options.max ?? 5;

/** Full and hollow stars; a screen reader says «4 из 5». */
export const starsNode = (value: number, most: number): VNode => h("span", { class: "stars", title: t("field.rated", { value, most }) }, [
  h("span", { "aria-hidden": "true" }, ["★".repeat(value), h("span", { class: "muted" }, "☆".repeat(Math.max(0, most - value)))]),
  h("span", { class: "sr" }, t("field.rated", { value, most })),
]);
