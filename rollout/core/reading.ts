import { first } from "../../infra/sure.ts";
import { isWhole, sameWeights, trafficText, type Weights } from "./weights.ts";

/** The three places where weights stand. */
export interface Reading {
  config: Weights;
  /** What the last `up` recorded; null where the platform keeps no such record. */
  state: Weights | null;
  real: Weights;
  /** The track that the config calls stable, where that was read too. */
  stable?: string;
  /** Which track without weight keeps its sessions, by each of them; left out where nothing keeps sessions. */
  draining?: { [place in Place]?: string | undefined };
  /** The cohorts that are open, where that was read too. */
  cohorts?: { config: Led; real: Led };
}

/** The track that each open cohort is led to, whatever the weights. */
export type Led = Readonly<Record<string, string>>;

type Place = "config" | "state" | "real";

/**
 * Whether the traffic is there; where one track has all of it, nobody is led to another.
 *
 * @param draining the track that is to keep its sessions
 */
export function allAt(reading: Reading, target: Weights, draining?: string): boolean {
  return sharedAt(reading, target, draining) && !(isWhole(target) && someLed(reading));
}

function sharedAt(reading: Reading, target: Weights, draining?: string): boolean {
  const { config, state, real } = reading;
  const isThere = [config, state ?? target, real].every((each) => sameWeights(each, target));
  return isThere && drainsIn(reading).every((each) => each === draining);
}

export function someLed({ cohorts }: Reading): boolean {
  return Object.values(cohorts ?? {}).some((led) => Object.keys(led).length > 0);
}

/** What drains in each of the places that there are. */
function drainsIn({ state, draining }: Reading): (string | undefined)[] {
  if (!draining) return [];
  return state ? [draining.config, draining.state, draining.real] : [draining.config, draining.real];
}

/**
 * Whether something else has moved the weights. A place may stand at any of `known`: an interrupted act leaves some
 * at the old weights and some at the new.
 *
 * @param known undefined when nothing is known yet: then the three must agree among themselves
 * @param draining what may drain; who ends a drain earlier, by whatever means, has only done what comes next
 */
export function drifted(reading: Reading, known: readonly Weights[] | undefined, draining?: string): boolean {
  const { config, state, real } = reading;
  if (!known) return !sharedAt(reading, config, reading.draining?.config);
  if (drainsIn(reading).some((each) => each !== undefined && each !== draining)) return true;
  return ![config, state ?? first(known), real].every((each) => isKnown(each, known));
}

/** All weights that stand somewhere. */
export function everyWeightsOf({ config, state, real }: Reading): Weights[] {
  return state ? [config, state, real] : [config, real];
}

/** A track that keeps its sessions somewhere. */
export function anyDrain(reading: Reading): string | undefined {
  return drainsIn(reading).find((each) => each !== undefined);
}

export function isKnown(weights: Weights, known: readonly Weights[] | undefined): boolean {
  return known === undefined || known.some((each) => sameWeights(each, weights));
}

export function readingText(reading: Reading): string {
  const { config, state, real, draining = {}, cohorts } = reading;
  const recorded = state ? `, state ${trafficText(state, draining.state)}` : "";
  const weights = `config ${trafficText(config, draining.config)}${recorded}, balancer ${trafficText(real, draining.real)}`;
  if (!cohorts || !someLed(reading)) return weights;
  return `${weights}; cohorts: config ${ledText(cohorts.config)}, balancer ${ledText(cohorts.real)}`;
}

/** Such as `pilots to green`. */
export function ledText(led: Led): string {
  const all = Object.entries(led).sort(([a], [b]) => (a < b ? -1 : 1));
  return all.map(([cohort, track]) => `${cohort} to ${track}`).join(" and ") || "none";
}
