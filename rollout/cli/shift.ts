import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { allAt, drifted, readingText } from "../core/reading.ts";
import { checkWeights, type Weights, weightsText } from "../core/weights.ts";
import { Misuse, UserError } from "../errors.ts";
import { hasSettled, stateOf } from "./drive.ts";
import { onOption, openStage, type Stage, whoami } from "./on.ts";

export function register(program: Command): void {
  program
    .command("shift")
    .summary("set the weights by hand")
    .argument("<weights...>", "such as blue=75 green=25; a track that isn't named gets 0")
    .description(
      "Writes the weights into the stack's config, comments kept, moves the traffic and reads it back.",
    )
    .addOption(onOption())
    .option("--restore", "also when config, state and balancer differ: what is asked for holds then")
    .action(async (words: string[], { restore }: { restore?: boolean }, command: Command) => {
      const weights = parsed(words);
      const stage = await openStage(command);
      await shift(stage, weights, restore === true);
      const { stack, json } = stage;
      const text = json ? JSON.stringify({ stack, weights }) : `${stack}: ${weightsText(weights)}`;
      process.stdout.write(`${text}\n`);
    });
}

/** @throws {UserError} while a rollout is under way, after a drift, or when the weights can't be read back */
async function shift(stage: Stage, weights: Weights, restore: boolean): Promise<void> {
  const { platform, stack } = stage;
  const lock = await platform.journal.lock(`${whoami()}, who shifts by hand`);
  try {
    const state = await stateOf(stage);
    if (state && !hasSettled(state))
      throw new UserError(
        `The rollout of ${state.candidate} isn't over: it would take this for a drift. Pause doesn't help; go on with it, or: rollout rollback --stack ${stack}`,
      );
    const before = await platform.readWeights();
    if (drifted(before, undefined) && !restore)
      throw new UserError(
        `the weights differ: ${readingText(before)}. Set them all the same with --restore.`,
      );
    await platform.setWeights(weights);
    await verified(stage, weights);
  } finally {
    await lock.release();
  }
}

async function verified({ platform }: Stage, weights: Weights): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const reading = await platform.readWeights();
    if (allAt(reading, weights)) return;
    if (Date.now() > deadline) throw new UserError(`the weights stay ${readingText(reading)}`);
    await sleep(1000);
  }
}

/** @throws {Misuse} */
export function parsed(words: string[]): Weights {
  const pairs = words.map((word) => {
    const [, track, share] = /^([a-z][a-z0-9]*)=(\d+)$/.exec(word) ?? [];
    if (!track || share === undefined) throw new Misuse(`a weight is such as blue=75, not ${word}`);
    return [track, Number(share)] as const;
  });
  const weights = Object.fromEntries(pairs);
  if (Object.keys(weights).length < pairs.length) throw new Misuse("a track is named twice");
  try {
    checkWeights(weights);
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
  return weights;
}
