/** Reports a person has kept under a name: addresses in his preferences. */
import { ref } from "vue";
import { keepPreference, loadPreference } from "../../records/preference";

export interface Saved {
  readonly id: number;
  readonly title: string;
  readonly query: Readonly<Record<string, string>>;
}

const KEY = "reports";
const MOST = 100;

export function useSaved() {
  const saved = ref<readonly Saved[]>([]);
  void loadPreference<readonly Saved[]>(KEY, []).then((found) => (saved.value = found));

  function keep(next: readonly Saved[]): void {
    saved.value = next;
    keepPreference(KEY, next);
  }
  /** The same title again is the same report, changed. */
  function save(title: string, query: Readonly<Record<string, string>>): void {
    const others = saved.value.filter((one) => one.title !== title);
    keep([...others, { id: Date.now(), title, query }].slice(-MOST));
  }
  const forget = (id: number): void => keep(saved.value.filter((one) => one.id !== id));

  return { saved, save, forget };
}
