import { refusal } from "../../core/command.ts";
import { replay } from "../../core/replay.ts";
import { only, sameWeights, weightsText } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import type { StackAtHand } from "../on.ts";

/**
 * The way back that needs no byte on a disk: the journal is read, and the balancer told. Config and journal still say otherwise
 * then, which is told; a run that is under way finds it and stops.
 */
export async function rollBackUnwritten(
  { platform, stack, say }: Pick<StackAtHand, "platform" | "stack" | "say">,
  why: Error,
): Promise<{ outcome: "moved" | "failed"; reason: string }> {
  const state = replay((await platform.journal.read()).entries);
  if (!state) throw new UserError("No rollout is under way.");
  const refused = refusal(state, { command: "rollback" });
  if (refused) throw new UserError(`rollback: ${refused}`);
  say(`Nothing can be written (${why.message}): the balancer alone is told.`);
  const weights = only(state.stable);
  const { healthy, need, most } = await platform.capacity(state.stable, 100);
  if (healthy < Math.min(need, most))
    throw new UserError(`${state.stable} has ${healthy} healthy servers of ${need}: nothing was moved.`);
  // What it can't write is told; what it did is read.
  await platform.moveTraffic(weights).catch((error: Error) => say(error.message));
  const real = await platform.readRealWeights();
  const isBack = sameWeights(real, weights);
  const reason = isBack
    ? `all traffic is on ${state.stable}, but journal and config don't say so yet: free space, then once more: rollout rollback --stack ${stack}`
    : `the balancer has ${weightsText(real)}`;
  return { outcome: isBack ? "moved" : "failed", reason };
}
