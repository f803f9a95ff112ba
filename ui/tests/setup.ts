import { beforeAll } from "vitest";
import { loadLaterWords, loadWords } from "../src/words";
import { setZone } from "../src/words/format";

// jsdom-like browsers know no media queries; the code asks at import.
window.matchMedia ??= (query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;

beforeAll(async () => {
  await loadWords("ru");
  await loadLaterWords();
  setZone("Europe/Moscow");
});
