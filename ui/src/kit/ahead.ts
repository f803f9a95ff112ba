/** Letters typed between asking for something and its being there: kept, and put where the focus then goes. */
const WAIT_MS = 4000;
const HANDED_ON_MS = 200;
let stop: () => void = () => {};

const isTyped = (target: Element | null): boolean => target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|file|range|color)$/.test(target.type));

/** Until the focus goes somewhere else than where it is now, and four seconds at most. */
export function keepTyped(): void {
  stop();
  let text = "";
  const from = document.activeElement;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), WAIT_MS);
  stop = (): void => {
    clearTimeout(timer);
    over.abort();
  };

  const keep = (event: KeyboardEvent): void => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || (document.activeElement !== from && isTyped(document.activeElement))) return;
    if (event.key === "Escape") return stop();
    if (event.key === "Backspace") text = [...text].slice(0, -1).join("");
    else if ([...event.key].length === 1) text += event.key;
    else return;
    // A letter for what is coming is no command of the page, and a space no press of the button.
    event.preventDefault();
    event.stopPropagation();
  };
  const give = (event: FocusEvent): void => {
    const target = event.target as Element;
    if (target === from) return;
    // A box that has opened takes the focus first and hands it on to what is typed in, if there is such.
    if (!isTyped(target)) return void setTimeout(stop, HANDED_ON_MS);
    stop();
    // After whoever gives the focus has selected what he wants: letters go over that, as if typed now.
    if (text) queueMicrotask(() => document.activeElement === target && document.execCommand("insertText", false, text));
  };
  addEventListener("keydown", keep, { capture: true, signal: over.signal });
  addEventListener("focusin", give, { capture: true, signal: over.signal });
  addEventListener("pointerdown", () => stop(), { capture: true, signal: over.signal });
}
