import { type Baseline, learnBaseline, newBaseline, upperShare } from "./baseline.ts";
import { type Counts, checkCounts, type Interval } from "./counts.ts";
import { BLOCK_SECONDS, type Dispersion, learnBlock, newDispersion, phiOf } from "./dispersion.ts";
import { closeWindow, type Evidence, gain, newEvidence } from "./evidence.ts";
import { type Gains, newGains, RATIOS, setShare } from "./odds.ts";
import { type GateSettings, gateSettings } from "./settings.ts";
import { addToStep, newStep, type Step } from "./step.ts";
import { extend, newStretch, type Stretch } from "./stretch.ts";
import { latch, type Verdict } from "./verdict.ts";

/** Evidence within one window counts in full up to a bound. Long enough for a client's retries, short enough to act. */
const WINDOW_SECONDS = 10;

/**
 * What one indicator has shown so far. Plain data: it survives `JSON.stringify`, and so a restart.
 *
 * Three questions are asked of the same counts, each with a third of the false-alarm rate:
 * - `relative`: is the candidate worse than stable in the same intervals? Given the bad requests of both together, the candidate's part is
 *   binomial with its part of the requests (sampled without replacement in truth, which the binomial dominates in convex
 *   order: Hoeffding 1963, theorem 4; so the e-value stays valid). A load or an outage of both cancels.
 * - `history`: is it worse than stable has been? Faster where stable's errors are rare, but blind to an outage of both;
 *   it counts only where the stretch it rests on says so against stable as well, by itself at the false-alarm rate.
 * - `absolute`: does it break the objective? A supermartingale for every share up to the objective. When stable breaks it
 *   in the same stretch and nothing speaks against the candidate alone: hold, no rollback onto a sick stable.
 */
export interface Gate {
  settings: GateSettings;
  /** Intervals of the rollout so far. */
  intervals: number;
  relative: Evidence;
  history: Evidence;
  absolute: Evidence;
  historyStretch: Stretch;
  absoluteStretch: Stretch;
  step: Step;
  dispersion: Dispersion;
  phi: number;
  baseline: Baseline;
  block: Counts & { intervals: number };
  gains: { relative: Gains; history: Gains; absolute: Gains };
  /** The failure, once there is one: a later quiet hour doesn't take it back. */
  failed: Verdict | undefined;
}

/** @throws {RangeError} naming the setting that is wrong */
export function newGate(given: Partial<GateSettings> = {}): Gate {
  const settings = gateSettings(given);
  const evidence = () => newEvidence(settings.horizonSeconds, settings.intervalSeconds);
  const dispersion = newDispersion();
  return {
    settings,
    intervals: 0,
    relative: evidence(),
    history: evidence(),
    absolute: evidence(),
    historyStretch: newStretch(),
    absoluteStretch: newStretch(),
    step: newStep(),
    dispersion,
    phi: phiOf(dispersion),
    baseline: newBaseline(),
    block: { requests: 0, bad: 0, intervals: 0 },
    gains: { relative: newGains("bad"), history: newGains("requests"), absolute: newGains("requests") },
    failed: undefined,
  };
}

/** Starts a step: what passes is what this step showed. Evidence against the candidate is kept. */
export function beginStep(gate: Gate): void {
  gate.step = newStep();
}

/** Learns from an interval of stable's stream before the candidate gets traffic: its error rate and its bursts. */
export function learn(gate: Gate, stable: Counts): void {
  checkCounts("stable", stable);
  const { block, settings } = gate;
  block.requests += stable.requests;
  block.bad += stable.bad;
  if (++block.intervals * settings.intervalSeconds < BLOCK_SECONDS) return;
  learnBaseline(gate.baseline, block);
  learnBlock(gate.dispersion, block);
  gate.phi = phiOf(gate.dispersion);
  setShare(gate.gains.history, upperShare(gate.baseline, gate.phi, settings.minRequests), gate.phi);
  gate.block = { requests: 0, bad: 0, intervals: 0 };
}

/**
 * Takes in the next interval of the rollout; intervals without data count too, as zeros.
 *
 * @throws {RangeError} for counts that cannot be
 */
export function observe(gate: Gate, { candidate, stable }: Interval): void {
  checkCounts("candidate", candidate);
  const { settings, gains, phi } = gate;
  const relative = relativeLogs(gate, candidate, stable);
  gain(gate.relative, relative ?? ZEROS);

  const history = logs(gains.history, candidate);
  gain(gate.history, history);
  extend(gate.historyStretch, history[0]!, relative, candidate, stable);

  setShare(gains.absolute, settings.objective, gate.phi);
  const absolute = logs(gains.absolute, candidate);
  gain(gate.absolute, absolute);
  extend(gate.absoluteStretch, absolute[0]!, relative, candidate, stable);

  addToStep(gate.step, candidate, stable, settings, phi);
  gate.failed ??= latch(gate);
  gate.intervals++;
  if (gate.intervals % Math.max(1, Math.round(WINDOW_SECONDS / settings.intervalSeconds)) === 0) {
    closeWindow(gate.relative, phi);
    closeWindow(gate.history, phi);
    closeWindow(gate.absolute, phi);
  }
  // Last, so that an interval is judged by what was known before it.
  learn(gate, stable);
}

const ZEROS: readonly number[] = RATIOS.map(() => 0);

/** The log-evidence of each ratio from `bad` hits in `requests` trials. */
function logs(gains: Gains, { requests, bad }: Counts): number[] {
  const result: number[] = [];
  for (let i = 0; i < RATIOS.length; i++) {
    result.push(bad * gains.hit[i]! + (requests - bad) * gains.other[i]!);
  }
  return result;
}

/** The gains of "worse than stable in this interval", given the bad requests of both; none without a bad request. */
function relativeLogs(gate: Gate, candidate: Counts, stable: Counts): number[] | undefined {
  const all = candidate.bad + stable.bad;
  if (all === 0 || candidate.requests === 0 || stable.requests === 0) return undefined;
  const gains = gate.gains.relative;
  setShare(gains, candidate.requests / (candidate.requests + stable.requests), gate.phi);
  return logs(gains, { requests: all, bad: candidate.bad });
}
