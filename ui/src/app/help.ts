/** Which words of help belong to which screen, and the map of keys. */
import type { Entity } from "../schema";

export type HelpScreen = "list" | KindHelp | "card" | "reports" | "import" | "trash" | "settings" | "me" | "start" | "other";

/** Kinds of views that have words of their own; others are spoken of as a list. */
const KINDS = ["board", "calendar", "gallery", "tree", "gantt", "chart", "map"] as const;
type KindHelp = (typeof KINDS)[number];

const PAGES: Readonly<Record<string, HelpScreen>> = { reports: "reports", import: "import", trash: "trash", settings: "settings", me: "me", password: "me", start: "start" };

export function screenOf(path: string, view: string, entity: Entity | null): HelpScreen {
  const page = /^\/-\/([a-z]+)/.exec(path)?.[1];
  if (page) return PAGES[page] ?? "other";
  if (!entity) return "other";
  if (/^\/[a-z_0-9]+\/\d+/.test(path)) return "card";
  const shown = entity.views.find((one) => one.key === view) ?? entity.views[0];
  return KINDS.find((kind) => kind === shown?.kind) ?? "list";
}

/** Of each part: the word under keys.<part>, then what to press. */
export const KEYS = [
  { key: "anywhere", keys: [["find", "Ctrl", "K"], ["quick", "C"], ["quick_typing", "Alt", "N"], ["keys", "?"], ["help", "F1"], ["close", "Esc"], ["skip", "Tab"]] },
  { key: "list", keys: [["move", "↑", "↓", "←", "→"], ["open", "Enter"], ["edit", "F2"], ["next", "Tab"], ["cancel", "Esc"], ["select", "Shift", "↑↓"], ["copy", "Ctrl", "C"], ["paste", "Ctrl", "V"], ["fill", "Ctrl", "D"]] },
  { key: "board", keys: [["walk", "↑", "↓", "←", "→"], ["take", "Space"], ["put", "←", "→"], ["open", "Enter"]] },
  { key: "form", keys: [["save", "Ctrl", "Enter"], ["field", "Tab"], ["pick", "↑", "↓"], ["cancel", "Esc"]] },
] as const;
