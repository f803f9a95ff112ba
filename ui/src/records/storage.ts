/** What must outlive the page, in the browser; where keeping is forbidden or full, until the page is closed. */
const here = new Map<string, string>();
let works: boolean | null = null;

/** Whether what is kept outlives the page. */
export function isKept(): boolean {
  if (works !== null) return works;
  try {
    localStorage.setItem("svyaz.probe", "1");
    localStorage.removeItem("svyaz.probe");
    works = true;
  } catch {
    works = false;
  }
  return works;
}

/** Whether what is kept under this name outlives the page: there may have been no room for it. */
export const outlives = (key: string): boolean => isKept() && !here.has(key);

export function readKept<T>(key: string): T | null {
  try {
    const text = here.get(key) ?? (isKept() ? localStorage.getItem(key) : null);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function writeKept(key: string, value: unknown): void {
  const text = value === null ? null : JSON.stringify(value);
  here.delete(key);
  try {
    if (!isKept()) throw new Error("not kept");
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    if (text !== null) here.set(key, text);
  }
}

/** The names that begin so. */
export function keptKeys(start: string): readonly string[] {
  const there = isKept() ? Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "") : [];
  return [...there, ...here.keys()].filter((key) => key.startsWith(start));
}

/** Another tab of this browser has written or removed something under a name that begins so. */
export function onKeptElsewhere(start: () => string, listener: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(start())) listener();
  });
}
