/** Stars, from one to as many as the field has.  Server twin: svyaz/fields/rating.py. */
import { Star } from "@lucide/vue";
import { h } from "vue";
import type { Field } from "../../api/types";
import { cellComponent } from "../display";
import { askNumber } from "../numbers";
import type { FieldType } from "../types";
import RatingEdit from "./RatingEdit.vue";
import { mostOf, starsNode } from "./stars";

const say = (cell: unknown, field: Field): string => {
  if (cell == null || cell === "") return "";
  const value = Number(cell);
  // An average has a fraction: it is a number of stars, not stars.
  return Number.isInteger(value) && value >= 0 && value <= mostOf(field) ? "★".repeat(value) + "☆".repeat(mostOf(field) - value) : String(cell).replace(".", ",");
};

export const rating: FieldType = {
  icon: Star,
  width: 130,
  say,
  display: cellComponent(({ cell, field }) => (cell == null ? null : h("span", { class: "ell" }, starsNode(Number(cell), mostOf(field))))),
  edit: RatingEdit,
  ask: askNumber,
};
