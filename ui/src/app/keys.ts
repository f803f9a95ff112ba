/** Keys of the shell: they act from anywhere, but a letter alone only where nothing takes letters. */

export type ShellKey = "palette" | "quick" | "help" | "keys";

interface Pressed {
  readonly code: string;
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Something under the focus takes what is typed: a field, a table, a menu, a dialog. */
  readonly typing: boolean;
}

export function keyOf(pressed: Pressed): ShellKey | null {
  // By the place of the key, so that the Russian layout is no obstacle.
  if (pressed.code === "KeyK" && pressed.ctrl && !pressed.alt && !pressed.shift) return "palette";
  if (pressed.code === "KeyN" && pressed.alt && !pressed.ctrl && !pressed.shift) return "quick";
  if (pressed.key === "F1" && !pressed.ctrl && !pressed.alt) return "help";
  if (pressed.typing || pressed.ctrl || pressed.alt) return null;
  if (pressed.key === "?") return "keys";
  if (pressed.code === "KeyC" && !pressed.shift) return "quick";
  return null;
}

const TAKES_LETTERS = "input, textarea, select, [contenteditable=true], [role=grid], [role=menu], [role=dialog], [role=listbox]";

export function pressedOf(event: KeyboardEvent): Pressed {
  const at = event.target instanceof Element ? event.target : null;
  return { code: event.code, key: event.key, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, shift: event.shiftKey, typing: at?.closest(TAKES_LETTERS) != null };
}
