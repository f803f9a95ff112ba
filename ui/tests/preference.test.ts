import { expect, test, vi } from "vitest";
import { keepPreference, loadPreference } from "../src/records/preference";

const answers: ((kept: unknown) => void)[] = [];
vi.mock("../src/api/session", () => ({
  readPreference: () => new Promise((answer) => answers.push(answer)),
  writePreference: async () => {},
}));

test("what is chosen while the kept value is on its way is not lost to it", async () => {
  const first = loadPreference<string[]>("recent", []);
  const second = loadPreference<string[]>("recent", []);
  keepPreference("recent", ["deal/1"]);
  for (const answer of answers) answer(["deal/9"]);
  expect(await Promise.all([first, second])).toEqual([["deal/1"], ["deal/1"]]);
  expect(await loadPreference("recent", [])).toEqual(["deal/1"]);
  expect(answers.length).toBe(1);
});
