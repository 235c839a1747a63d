import type { Command } from "commander";
import { refusal } from "../../core/command.ts";
import { replay } from "../../core/replay.ts";
import { only, sameWeights, weightsText } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import type { StackAtHand } from "../on.ts";
import { out } from "../out.ts";
import { drive, hasSettled } from "./drive.ts";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "rollback",
    summary: "take all traffic back to the stable track",
    description:
      "A run that is there does it within a second. Where none is (it crashed, its machine is gone) this command does it " +
      "itself, and ends when it is verified: exit code 0. Where nothing can be written (a full disk) it tells the balancer alone.",
    instead:
      "To move traffic all the same: rollout shift TRACK=100 --grow; or roll a track out: rollout run --candidate TRACK",
    async alone(here) {
      const { outcome, reason } = await drive(here, { leave: hasSettled });
      const { stack, json, say } = here;
      if (outcome === "stopped") say(`To go back in spite of that: rollout run --restore --stack ${stack}`);
      const document = { stack, command: "rollback", outcome, reason };
      out(json ? `${JSON.stringify(document)}\n` : `${outcome}: ${reason}\n`);
      return outcome === "rolled-back" ? 0 : 1;
    },
    unwritten: rollBackUnwritten,
  });
}

/**
 * The way back that needs no byte on a disk: the journal is read, and the balancer told. Config and journal still say otherwise
 * then, which is told; a run that is under way finds it and stops.
 */
async function rollBackUnwritten({ platform, stack, json, say }: StackAtHand, why: Error): Promise<number> {
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
  const outcome = isBack ? "moved" : "failed";
  const document = { stack, command: "rollback", outcome, reason };
  out(json ? `${JSON.stringify(document)}\n` : `${outcome}: ${reason}\n`);
  return isBack ? 0 : 1;
}
