import { replay } from "../../../core/replay.ts";
import { isSteeringOnly } from "../../../core/stages.ts";
import type { RolloutState } from "../../../core/state.ts";
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
  const { entries } = await platform.journal.read();
  const state = replay(entries);
  if (state && isHanded(state, begin)) {
    // Who died just before may have left it undone.
    await platform.handOver?.(state.rollout);
    return toItsEnd(here, entries.length);
  }
  const result = await drive(here, { begin, leave: isSteeringOnly });
  if (result.outcome !== "left") return result;
  const { rollout = "" } = replay((await platform.journal.read()).entries) ?? {};
  await platform.handOver?.(rollout);
  say(
    "The candidate is up. The stack's controller goes on with it: whatever ends this command changes nothing.",
  );
  return toItsEnd(here, (await platform.journal.read()).entries.length);
}

/** What is to be taken out of the database at the end, where the plan says so, is done from here again. */
async function toItsEnd(here: StackAtHand, known: number): Promise<RunResult> {
  const result = await follow(here, known);
  return result.outcome === "left" ? drive(here) : result;
}

/** Whether there is nothing to do from here, since what is asked for is what the controller has. */
function isHanded(state: RolloutState, begin: Beginning | undefined): boolean {
  if (state.stage.at === "ended" || !isSteeringOnly(state)) return false;
  return !begin || (begin.candidate === state.candidate && !begin.anew);
}
