/** To the clipboard; also where the page came by plain http and browsers give no clipboard of their own. */
export async function copyText(text: string): Promise<boolean> {
  const board = "clipboard" in navigator ? (navigator.clipboard as Clipboard | undefined) : undefined;
  if (board) {
    try {
      await board.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the old way may still be allowed.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  const focused = document.activeElement;
  // Inside an open dialog: beyond it nothing may be focused.
  (document.querySelector("[role=dialog]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
