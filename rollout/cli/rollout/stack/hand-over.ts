import { replay } from "../../../core/replay.ts";
import { isSteeringOnly } from "../../../core/stages.ts";
import type { RolloutState } from "../../../core/state.ts";
import { UserError } from "../../../errors.ts";
import type { Beginning } from "../../../run/begin.ts";
import type { RunResult } from "../../../run/run.ts";
import type { StackAtHand } from "../../on.ts";
import { drive } from "../drive.ts";
import { follow } from "./follow.ts";

/**
 * Asks the stack's controller for a rollout, and follows it. What takes more rights than the controller has is done from here
 * first: backup, migration, deployment at weight 0. Until then nothing has moved. What was handed over is followed only.
 *
 * @param begin what to begin when nothing is under way
 */
export async function handOver(here: StackAtHand, begin: Beginning | undefined): Promise<RunResult> {
  const { platform, say } = here;
  if (platform.kind === "aws") throw new UserError(NOT_YET);
  const { entries } = await platform.journal.read();
  if (isHanded(replay(entries), begin)) return follow(here, entries.length);
  const result = await drive(here, { begin, leave: isSteeringOnly });
  if (result.outcome !== "left") return result;
  say(
    "The candidate is up. The stack's controller goes on with it: whatever ends this command changes nothing.",
  );
  return follow(here, (await platform.journal.read()).entries.length);
}

const NOT_YET =
  "rollout:controller: there is no controller in a stack on AWS yet, only in the rehearsal. From here: rollout run --here";

/** Whether there is nothing to do from here, since what is asked for is what the controller has. */
function isHanded(state: RolloutState | undefined, begin: Beginning | undefined): boolean {
  if (!state || state.stage.at === "ended" || !isSteeringOnly(state)) return false;
  return !begin || (begin.candidate === state.candidate && !begin.anew);
}
