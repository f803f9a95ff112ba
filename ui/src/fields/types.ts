/** What a field type answers on the screen; its server twin is svyaz/fields/<type>.py.  Eight questions, one entry a type. */
import type { Component, InjectionKey } from "vue";
import type { Cell, Field, FileCell, LinkCell } from "../api/types";
import type { WordKey } from "../words";

export interface FieldType {
  readonly icon: Component;
  readonly align?: "end";
  /** A comfortable width of its column, in pixels; 150 unless said. */
  readonly width?: number;
  /** Plain text of a cell: tooltips, aria labels, chips of filters, and the cell itself when there is no `display`. */
  say(cell: Cell, field: Field): string;
  /** A rich cell: a functional component of {cell, field, settled}. */
  readonly display?: Component;
  /** The editor in place: {cell, field, start?}; emits done(cell, move?) and cancel. */
  readonly edit: Component;
  /** For types that are typed in: how the text stands in the input, and what is made of it. */
  readonly entry?: Entry;
  /** For what can be called or written to: how an address of it begins. */
  readonly scheme?: "tel" | "mailto";
  /** Conditions of a filter. */
  readonly ask: Asking;
}

export interface Entry {
  readonly input: "text" | "decimal" | "numeric" | "url" | "date" | "datetime-local";
  show(cell: Cell, field: Field): string;
  read(text: string, field: Field): Read;
}

/** A cell to save, or why the text was not understood. */
export type Read = { readonly cell: Cell } | { readonly problem: WordKey };

/** Where the caret goes after an edit. */
export type Move = "down" | "right" | "left";

export type Condition = "is" | "is_not" | "contains" | "starts" | "equals" | "differs" | "more" | "at_least" | "less" | "at_most" | "between" | "period" | "next_days" | "last_days" | "older" | "later" | "before" | "after" | "yes" | "no" | "empty" | "filled";

export interface Asking {
  /** What can be asked of this field, the usual first. */
  readonly conditions: readonly Condition[];
  /** Asks for the value: {modelValue, field, condition}; not shown for conditions that need none. */
  readonly component: Component;
  /** The condition in the language of formulas, "" while the value is not given. */
  clause(path: string, condition: Condition, value: Cell, field: Field): string;
  /** The value for the chip of the filter. */
  say(value: Cell, condition: Condition, field: Field): string;
}

export const NEEDS_NOTHING: readonly Condition[] = ["yes", "no", "empty", "filled"];

/** What fields ask of the layers above: found by injection, so that fields import nobody. */
export interface FieldTools {
  suggest(entities: readonly string[], text: string): Promise<readonly LinkCell[]>;
  /** Objects among these that the person may add to, as they are named in «Создать …». */
  creatable(entities: readonly string[]): readonly { readonly key: string; readonly title: string }[];
  /** Ask for a new record, beginning with what was typed; null when the person changed his mind. */
  create(entity: string, text: string): Promise<LinkCell | null>;
  upload(files: Iterable<File>): Promise<readonly FileCell[]>;
  fileAddress(id: number): string;
}

export const fieldTools: InjectionKey<FieldTools> = Symbol("field tools");
