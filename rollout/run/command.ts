import type { Clock } from "../clock.ts";
import { isGoingBack, refusal } from "../core/command.ts";
import type { Command } from "../core/journal.ts";
import { replay } from "../core/replay.ts";
import type { RolloutState } from "../core/state.ts";
import { only, type Weights } from "../core/weights.ts";
import { UserError } from "../errors.ts";
import { appendAfter } from "../platforms/append.ts";
import type { Platform } from "../platforms/platform.ts";

/**
 * Gives a running rollout a person's word: an entry of the journal, which the controller reads before its next decision.
 *
 * @param by who says it
 * @throws {UserError} when it makes no sense now
 */
export async function give(platform: Platform, clock: Clock, command: Command, by: string): Promise<void> {
  await appendAfter(platform.journal, async (entries) => {
    const state = replay(entries);
    if (!state) throw new UserError("No rollout is under way.");
    const weights = await weightsFor(platform, state, command);
    const refused = refusal(state, { command, weights });
    if (refused) throw new UserError(`${command}: ${refused}`);
    const last = entries.at(-1);
    if (last) clock.goOn?.(last.at, last.mark);
    const mark = clock.mark?.();
    return {
      kind: "command",
      command,
      ...(weights && { weights }),
      at: clock.now(),
      by,
      ...(mark && { mark }),
    };
  });
}

/** Adopt takes what the balancer has; restore what the rollout left there, or what the config says before it did anything. */
async function weightsFor(
  platform: Platform,
  state: RolloutState,
  command: Command,
): Promise<Weights | undefined> {
  if (command === "adopt") return platform.readRealWeights();
  if (command !== "restore") return undefined;
  if (isGoingBack(state)) return only(state.stable);
  return state.weights ?? (await platform.readWeights()).config;
}
