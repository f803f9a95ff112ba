/** What a box of the configurator does with its edits: proposes them, closes when done, keeps what is wrong beside the fields. */
import { ref } from "vue";
import type { Edit } from "../../api/configurator";
import { propose } from "./draft";
import { placed, type Placed } from "./problems";

export function useSaving(done: () => void) {
  const wrong = ref<Placed>({});
  const busy = ref(false);

  async function save(edits: readonly Edit[], did: string): Promise<void> {
    busy.value = true;
    wrong.value = {};
    try {
      if (await propose(edits, did)) done();
    } catch (refusal) {
      wrong.value = placed(refusal);
    } finally {
      busy.value = false;
    }
  }

  return { wrong, busy, save };
}
