import { member } from "../../infra/sure.ts";
import type { Weights } from "../core/weights.ts";
/** One stop of the tour. */
export interface TourStop {
  name: string;
  split: Weights;
  seconds: number;
}

/**
 * The stops: the split as configured, then the candidate at 25, 50 and 100 percent, then the configured split again.
 * The first lasts twice as long as the others. A stack with one track has one stop.
 *
 * @param configured the config's split
 * @param stable the track that a rollback returns to
 */
export function stepsOf(configured: Weights, stable: string, seconds: number): TourStop[] {
  const first = { name: "as configured", split: configured, seconds: seconds * 2 };
  const candidate = candidateOf(configured, stable);
  if (!candidate) return [first];
  const shifts = [25, 50, 100].map((weight) => ({
    name: `${candidate} ${weight}`,
    split: withWeight(configured, stable, candidate, weight),
    seconds,
  }));
  return [first, ...shifts, { name: "back", split: configured, seconds }];
}

/** The track that would take over: of those beside the stable one the heaviest, the first by name among equals. */
export function candidateOf(configured: Weights, stable: string): string | undefined {
  const others = Object.keys(configured).filter((track) => track !== stable);
  return others.sort((a, b) => member(configured, b) - member(configured, a) || (a < b ? -1 : 1))[0];
}

/**
 * The split with the candidate at the given weight. What is left goes to the other tracks in proportion to what they
 * have in the config, whole percents by largest remainder; to the stable track when they have nothing.
 */
export function withWeight(configured: Weights, stable: string, candidate: string, weight: number): Weights {
  const others = Object.keys(configured).filter((track) => track !== candidate);
  const total = others.reduce((sum, track) => sum + member(configured, track), 0);
  const left = 100 - weight;
  const exact = (track: string) =>
    total ? (left * member(configured, track)) / total : track === stable ? left : 0;
  const split: Record<string, number> = Object.fromEntries(
    others.map((track) => [track, Math.floor(exact(track))]),
  );
  const byRemainder = others.toSorted((a, b) => (exact(b) % 1) - (exact(a) % 1));
  const missing = left - Object.values(split).reduce((sum, each) => sum + each, 0);
  for (const track of byRemainder.slice(0, missing)) split[track] = member(split, track) + 1;
  return { ...configured, ...split, [candidate]: weight };
}
