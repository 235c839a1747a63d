import { first } from "../../infra/sure.ts";
import { sameWeights, type Weights, weightsText } from "./weights.ts";

/** The three places where weights stand. */
export interface Reading {
  config: Weights;
  /** What the last `up` recorded; null where the platform keeps no such record. */
  state: Weights | null;
  real: Weights;
  /** The track that the config calls stable, where that was read too. */
  stable?: string;
}

export function allAt({ config, state, real }: Reading, target: Weights): boolean {
  return [config, state ?? target, real].every((each) => sameWeights(each, target));
}

/**
 * Whether something else has moved the weights. A place may stand at any of `known`: an interrupted act leaves some
 * at the old weights and some at the new.
 *
 * @param known undefined when nothing is known yet: then the three must agree among themselves
 */
export function drifted(reading: Reading, known: readonly Weights[] | undefined): boolean {
  const { config, state, real } = reading;
  if (!known) return !allAt(reading, config);
  return ![config, state ?? first(known), real].every((each) => isKnown(each, known));
}

/** All weights that stand somewhere. */
export function everyWeightsOf({ config, state, real }: Reading): Weights[] {
  return state ? [config, state, real] : [config, real];
}

export function isKnown(weights: Weights, known: readonly Weights[] | undefined): boolean {
  return known === undefined || known.some((each) => sameWeights(each, weights));
}

export function readingText({ config, state, real }: Reading): string {
  const recorded = state ? `, state ${weightsText(state)}` : "";
  return `config ${weightsText(config)}${recorded}, balancer ${weightsText(real)}`;
}
