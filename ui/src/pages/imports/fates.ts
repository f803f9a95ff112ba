/** What becomes of rows, in words and colours. */
import type { Counts, Fate } from "../../api/imports";

export const FATES: readonly Fate[] = ["created", "updated", "same", "skipped", "partial", "error"];
export const HUES: Readonly<Record<Fate, number | null>> = { created: 150, updated: 255, same: null, skipped: null, partial: 70, error: 25 };

export const countOf = (counts: Counts, fates: readonly Fate[] = FATES): number => fates.reduce((sum, fate) => sum + (counts[fate] ?? 0), 0);

/** Rows that will write something. */
export const LOADED: readonly Fate[] = ["created", "updated", "partial"];
