import { StackFile } from "../../config/stack-file.ts";
import { drainAt } from "../../core/stages.ts";
import type { RolloutState } from "../../core/state.ts";

/**
 * Puts the weights and the stable track of a rollout under way into the stack's config, as they were last read back: a fresh checkout
 * knows nothing of what the rollout has written into another one. Nothing is written where none is under way.
 *
 * @returns whether one is under way
 * @throws {ConfigChanged} when somebody else writes the config meanwhile
 */
export async function configFromJournal(
  projectDir: string,
  stack: string,
  state: RolloutState | undefined,
): Promise<boolean> {
  if (!state || state.stage.at === "ended") return false;
  await intoConfig(projectDir, stack, state);
  return true;
}

/** Puts them there whether the rollout is over or not. @throws {ConfigChanged} when somebody else writes the config meanwhile */
export async function intoConfig(projectDir: string, stack: string, state: RolloutState): Promise<void> {
  const file = new StackFile(projectDir, stack);
  // Before the first reading it has moved nothing.
  if (state.weights) await file.setWeights(state.weights, drainAt(state, state.weights));
  await file.setStable(state.outcome?.is === "promoted" ? state.candidate : state.stable);
}
