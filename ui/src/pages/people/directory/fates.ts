import type { Fate } from "../../../api/directory";

/** Hues of chips; null: nothing to look at. */
export const HUES: Readonly<Record<Fate, number | null>> = { made: 150, changed: 230, opened: 180, blocked: 30, trouble: 20, same: null, left: null };
/** What is worth a chip in a line. */
export const SHOWN = ["made", "changed", "opened", "blocked", "trouble"] as const;
