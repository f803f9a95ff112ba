import { Hash, Percent } from "@lucide/vue";
import type { Component } from "vue";
import { sayNumber } from "../../words/format";
import { entryEdit } from "../entryEdit";
import { askNumber, readDecimal } from "../numbers";
import type { Entry, FieldType } from "../types";

type Digits = (scale: number | undefined) => number;

function number(icon: Component, digits: Digits, unit: string): FieldType {
  const entry: Entry = {
    input: digits(undefined) === 0 ? "numeric" : "decimal",
    show: (cell) => (cell == null ? "" : String(cell).replace(/\.0+$/, "").replace(".", ",")),
    read(text, field) {
      const read = readDecimal(text.replace(/%\s*$/, ""), digits(field.options.scale));
      if (read === null) return { problem: "field.not_a_number" };
      return { cell: digits(field.options.scale) === 0 ? Number(read) : read };
    },
  };
  return {
    icon,
    align: "end",
    say: (cell, field) => (cell == null ? "" : `${sayNumber(String(cell), digits(field.options.scale))}${unit}`),
    edit: entryEdit(entry, "end"),
    entry,
    ask: askNumber,
  };
}

export const integer = number(Hash, () => 0, "");
export const decimal = number(Hash, (scale) => scale ?? 2, "");
export const percent = number(Percent, (scale) => scale ?? 2, "\u00a0%");
