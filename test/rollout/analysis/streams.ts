import type { Interval } from "../../../rollout/analysis/counts.ts";
import { type Gate, observe } from "../../../rollout/analysis/gate.ts";
import { type Random, seededRandom } from "../../../rollout/load/random.ts";

export { seededRandom };

/** How many of `requests` are bad, each with the same chance. */
export function badOf(random: Random, requests: number, share: number): number {
  let bad = 0;
  for (let i = 0; i < requests; i++) if (random() < share) bad++;
  return bad;
}

/** One second: the candidate and stable get these requests and fail these shares of them. */
export function second(
  random: Random,
  [candidate, candidateShare]: [number, number],
  [stable, stableShare]: [number, number],
): Interval {
  return {
    candidate: { requests: candidate, bad: badOf(random, candidate, candidateShare) },
    stable: { requests: stable, bad: badOf(random, stable, stableShare) },
  };
}

/** Feeds seconds until the gate fails. @returns how many it took, or undefined */
export function secondsToFail(
  gate: Gate,
  most: number,
  next: (second: number) => Interval,
): number | undefined {
  for (let i = 0; i < most; i++) {
    observe(gate, next(i));
    if (gate.failed) return i + 1;
  }
  return undefined;
}
