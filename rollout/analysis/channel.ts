import { first } from "../../infra/sure.ts";
import { type Baseline, learnBaseline, newBaseline, upperShare } from "./baseline.ts";
import type { Counts } from "./counts.ts";
import { BLOCK_SECONDS, type Dispersion, learnBlock, newDispersion, phiOf } from "./dispersion.ts";
import { closeWindow, type Evidence, eValue, gain, newEvidence, suspectStep } from "./evidence/evidence.ts";
import { type Gains, logs, newGains, RATIOS, setShare } from "./evidence/odds.ts";
import type { GateSettings } from "./settings.ts";
import { extend, newStretch, type Stretch } from "./stretch.ts";

/**
 * One way of counting, and what it says of the candidate against stable.
 *
 * - `relative`: is the candidate worse than stable in the same intervals? Given the bad requests of both together, the candidate's part is
 *   binomial with its part of the requests (sampled without replacement in truth, which the binomial dominates in convex
 *   order: Hoeffding 1963, theorem 4; so the e-value stays valid). A load or an outage of both cancels.
 * - `history`: is it worse than stable has been? Faster where stable's errors are rare, but blind to an outage of both;
 *   it counts only where the stretch it rests on says so against stable as well, by itself at the false-alarm rate.
 */
export interface Channel {
  relative: Evidence;
  history: Evidence;
  stretch: Stretch;
  dispersion: Dispersion;
  /** The dispersion to judge by. */
  phi: number;
  baseline: Baseline;
  block: Counts & { intervals: number };
  gains: { relative: Gains; history: Gains };
}

/** @param prior how much what it counts is taken to come in bursts before anything is known; 1: not at all */
export function newChannel({ horizonSeconds, intervalSeconds }: GateSettings, prior: number): Channel {
  const dispersion = newDispersion(prior);
  return {
    relative: newEvidence(horizonSeconds, intervalSeconds),
    history: newEvidence(horizonSeconds, intervalSeconds),
    stretch: newStretch(),
    dispersion,
    phi: phiOf(dispersion),
    baseline: newBaseline(),
    block: { requests: 0, bad: 0, intervals: 0 },
    gains: { relative: newGains("bad"), history: newGains("requests") },
  };
}

/** Learns stable's error rate and its bursts, a block at a time. @param intervals how many these counts are of */
export function learnFrom(channel: Channel, stable: Counts, settings: GateSettings, intervals = 1): void {
  const { block } = channel;
  block.requests += stable.requests;
  block.bad += stable.bad;
  block.intervals += intervals;
  if (block.intervals * settings.intervalSeconds < BLOCK_SECONDS) return;
  learnBaseline(channel.baseline, block);
  learnBlock(channel.dispersion, block);
  channel.phi = phiOf(channel.dispersion);
  const upper = upperShare(channel.baseline, channel.phi, settings.minRequests);
  setShare(channel.gains.history, upper, channel.phi);
  channel.block = { requests: 0, bad: 0, intervals: 0 };
}

/**
 * Takes in an interval.
 *
 * @param part the chance under "no worse" that a bad request of either is the candidate's
 * @param all the bad requests that this holds for
 * @returns the log-evidence of each ratio against stable in this interval, if there is any
 */
export function compare(
  channel: Channel,
  candidate: Counts,
  stable: Counts,
  part: number,
  all: Counts,
): readonly number[] | undefined {
  const relative = compareNow(channel, part, all);
  const history = logs(channel.gains.history, candidate);
  gain(channel.history, history);
  extend(channel.stretch, first(history), relative, candidate, stable);
  return relative;
}

/** As {@link compare}, for who asks only the first of its questions: whether the candidate is worse than stable is. */
export function compareNow(channel: Channel, part: number, all: Counts): readonly number[] | undefined {
  let relative: readonly number[] | undefined;
  if (all.requests > 0 && part > 0 && part < 1) {
    setShare(channel.gains.relative, part, channel.phi);
    relative = logs(channel.gains.relative, all);
  }
  gain(channel.relative, relative ?? ZEROS);
  return relative;
}

const ZEROS: readonly number[] = RATIOS.map(() => 0);

/** @param full see {@link eValue} */
export function closeWindows({ relative, history, phi }: Channel, full?: number): void {
  closeWindow(relative, phi, full);
  closeWindow(history, phi, full);
}

/** More of the candidate's traffic may bring out what less of it didn't. */
export function suspectChannel({ relative, history }: Channel): void {
  suspectStep(relative);
  suspectStep(history);
}

/** The evidence that the candidate is worse than stable, and than stable has been. */
export function valuesOf({ relative, history, phi }: Channel, full?: number): [number, number] {
  return [eValue(relative, phi, full), eValue(history, phi, full)];
}
