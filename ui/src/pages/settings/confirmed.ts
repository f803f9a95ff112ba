/** Does what needs a fresh proof of who is at the screen: when the server asks for it, the box comes, and the act is done again. */
import { ref, type Ref } from "vue";
import { ApiProblem } from "../../api/http";
import { sayRefusal } from "../../records/save";

export interface Confirmed {
  readonly problem: Ref<string>;
  readonly busy: Ref<boolean>;
  readonly asking: Ref<boolean>;
  run(act: () => Promise<void>): Promise<void>;
  /** The person has shown that he is himself. */
  goOn(): void;
  giveUp(): void;
}

export function useConfirmed(silent: (cause: unknown) => boolean = () => false): Confirmed {
  const [problem, busy, asking] = [ref(""), ref(false), ref(false)];
  let waiting: (() => Promise<void>) | null = null;

  async function run(act: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    problem.value = "";
    try {
      await act();
    } catch (refusal) {
      if (refusal instanceof ApiProblem && refusal.code === "confirm_needed") {
        waiting = act;
        asking.value = true;
      } else if (!silent(refusal)) problem.value = sayRefusal(refusal);
    }
    busy.value = false;
  }
  const giveUp = (): void => {
    asking.value = false;
    waiting = null;
  };
  const goOn = (): void => {
    const act = waiting;
    giveUp();
    if (act) void run(act);
  };
  return { problem, busy, asking, run, goOn, giveUp };
}
