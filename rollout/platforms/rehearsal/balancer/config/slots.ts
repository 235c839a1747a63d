import { seededRandom } from "../../../../load/random.ts";

/** A weight is whole percents, so a hundred slots hold any split exactly. */
export const SLOTS = 100;

const SEED = 20_261_121;

/**
 * The tracks of a hundred requests in a row: each track exactly as often as its weight says.
 *
 * Each track's turns are spread over the row, so that any run of requests is close to the split, but each turn falls on
 * a random place within its stretch: evenly spaced, they would fall in step with a client that asks for the same ten
 * things over and over. The places are always the same for the same weights.
 *
 * @param weights whole percents that sum to 100
 */
export function slotsOf(weights: Record<string, number>): string[] {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (sum !== SLOTS) throw new RangeError(`weights must sum to ${SLOTS}, they sum to ${sum}`);
  const random = seededRandom(SEED);
  return Object.entries(weights)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([track, weight]) =>
      Array.from({ length: weight }, (_, turn) => ({ track, place: (turn + random()) / weight })),
    )
    .sort((a, b) => a.place - b.place)
    .map(({ track }) => track);
}

/** The weights that a row of slots amounts to. */
export function weightsOf(slots: Iterable<string>): Record<string, number> {
  const weights: Record<string, number> = {};
  for (const track of slots) weights[track] = (weights[track] ?? 0) + 1;
  return Object.fromEntries(Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1)));
}
