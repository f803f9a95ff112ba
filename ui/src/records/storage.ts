/** What must outlive the page, in the browser; where keeping is forbidden, until the page is closed. */
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

export function readKept<T>(key: string): T | null {
  try {
    const text = isKept() ? localStorage.getItem(key) : (here.get(key) ?? null);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function writeKept(key: string, value: unknown): void {
  const text = value === null ? null : JSON.stringify(value);
  try {
    if (!isKept()) throw new Error("not kept");
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    if (text === null) here.delete(key);
    else here.set(key, text);
  }
}
