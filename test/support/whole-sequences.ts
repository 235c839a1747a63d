import { BURN_RULES, type Burn, burnsOf } from "../../rollout/analysis/burn/burn-rate.ts";
import { type Counts, type Interval, sum } from "../../rollout/analysis/counts.ts";
import { learn, newGate, observe } from "../../rollout/analysis/gate.ts";
import type { GateSettings } from "../../rollout/analysis/settings.ts";
import { type GateVerdict, verdictOf } from "../../rollout/analysis/verdict.ts";

// What the gates say of whole sequences, from nothing: the product feeds them second by second.

/** The verdict on a whole sequence of intervals. */
export function analyse(
  settings: Partial<GateSettings>,
  intervals: Iterable<Interval>,
  { before = [], baked = true }: { before?: Iterable<Counts>; baked?: boolean } = {},
): GateVerdict {
  const gate = newGate(settings);
  for (const stable of before) learn(gate, stable);
  for (const interval of intervals) observe(gate, interval);
  return verdictOf(gate, baked);
}

/**
 * How fast the error budget burns at the end of a stream of counts, each of `intervalSeconds`, by adding up its windows
 * anew.
 */
export function burnRates(
  objective: number,
  stream: readonly Counts[],
  intervalSeconds: number,
  minRequests = 10,
): Burn[] {
  const windows = BURN_RULES.map(({ longSeconds, shortSeconds }) => ({
    long: latest(stream, longSeconds / intervalSeconds),
    short: latest(stream, shortSeconds / intervalSeconds),
  }));
  return burnsOf(objective, windows, minRequests);
}

function latest(stream: readonly Counts[], intervals: number): Counts {
  const from = Math.max(0, stream.length - Math.ceil(intervals));
  let total: Counts = { requests: 0, bad: 0 };
  for (const counts of stream.slice(from)) total = sum(total, counts);
  return total;
}
