import { member } from "../../infra/sure.ts";
import { UserError } from "../errors.ts";

/** The split of traffic: whole percents by track, summing to 100. A track that is left out has none. */
export type Weights = Readonly<Record<string, number>>;

/** All traffic on one track. The others are left out of the forward action, and keep nobody. */
export function only(track: string): Weights {
  return { [track]: 100 };
}

/** Whether one track has all the traffic. Then no cohort is led to another: a rollback ends them, and so does the last step. */
export function isWhole(weights: Weights): boolean {
  return Object.values(weights).includes(100);
}

/** @param share the candidate's, from 0 to 100 */
export function split(stable: string, candidate: string, share: number): Weights {
  if (stable === candidate || share === 0) return only(stable);
  return share === 100 ? only(candidate) : { [stable]: 100 - share, [candidate]: share };
}

export function shareOf(weights: Weights, track: string): number {
  return Object.hasOwn(weights, track) ? member(weights, track) : 0;
}

/** A track that is left out and one at 0 are the same. */
export function sameWeights(a: Weights, b: Weights): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((track) => shareOf(a, track) === shareOf(b, track));
}

/** @throws {RangeError} for weights that are no whole percents or don't sum to 100 */
export function checkWeights(weights: Weights): void {
  for (const [track, share] of Object.entries(weights)) {
    if (!(Number.isInteger(share) && share >= 0 && share <= 100)) {
      throw new RangeError(`${track}: a weight must be a whole number from 0 to 100, not ${share}`);
    }
  }
  const sum = Object.values(weights).reduce((total, share) => total + share, 0);
  if (sum !== 100)
    throw new RangeError(`weights must sum to 100, they sum to ${sum}: ${weightsText(weights)}`);
}

/**
 * Before a track's servers are taken away: whatever somebody else did since the last look, no user is to lose them.
 *
 * @param draining the track that keeps its sessions
 * @param led the track that each open cohort is led to
 * @throws {UserError} for a track that carries traffic
 */
export function mustCarryNothing(
  track: string,
  real: Weights,
  { draining, led = {} }: { draining?: string | undefined; led?: Readonly<Record<string, string>> } = {},
): void {
  const share = shareOf(real, track);
  if (share !== 0) throw new UserError(`${track} carries ${share} % of the traffic`);
  if (track === draining) throw new UserError(`${track} still keeps the sessions that it has`);
  const [cohort] = Object.entries(led).find(([, to]) => to === track) ?? [];
  if (cohort !== undefined) throw new UserError(`the cohort ${cohort} is led to ${track}: close it first`);
}

/** Such as `blue 75 green 25`, in order of the names. */
export function weightsText(weights: Weights): string {
  const carrying = Object.entries(weights).filter(([, share]) => share > 0);
  return carrying
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([track, share]) => `${track} ${share}`)
    .join(" ");
}

/** The same with what drains, such as `green 100 (blue keeps its sessions)`. */
export function trafficText(weights: Weights, draining?: string): string {
  return draining === undefined
    ? weightsText(weights)
    : `${weightsText(weights)} (${draining} keeps its sessions)`;
}
