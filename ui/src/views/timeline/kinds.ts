/** Kinds of entries of a timeline: icon and hue.  What the server adds later is shown as a plain note. */
import { CalendarDays, CirclePlus, GitCommitHorizontal, Mail, MessageCircle, Pencil, Phone, SquareCheckBig, StickyNote } from "@lucide/vue";
import type { Component } from "vue";

export interface Kind {
  readonly icon: Component;
  readonly hue: number;
  /** Said in one line, without a card around. */
  readonly light?: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  call: { icon: Phone, hue: 145 },
  meeting: { icon: CalendarDays, hue: 200 },
  letter: { icon: Mail, hue: 255 },
  note: { icon: StickyNote, hue: 80 },
  task: { icon: SquareCheckBig, hue: 290 },
  comment: { icon: MessageCircle, hue: 330 },
  stage: { icon: GitCommitHorizontal, hue: 230, light: true },
  created: { icon: CirclePlus, hue: 150, light: true },
  change: { icon: Pencil, hue: 60, light: true },
};

export const kindOf = (kind: string): Kind => KINDS[kind] ?? { icon: StickyNote, hue: 80 };

/** What a person may add by hand, and whether it is usually planned. */
export const WRITTEN = ["note", "comment", "task", "call", "meeting", "letter"] as const;
export type Written = (typeof WRITTEN)[number];
export const PLANNED: readonly string[] = ["task", "call", "meeting"];
/** What may as well have happened already: a call is often noted down after it. */
export const HAPPENED: readonly string[] = ["call", "meeting", "letter"];
/** What the feed may be narrowed to, beside the kinds that are written. */
export const FILTERS = ["planned", ...WRITTEN, "stage", "change"] as const;
