import { type Channel, compareNow, learnFrom, newChannel } from "./channel.ts";
import { type Counts, sum } from "./counts.ts";
import { closeWindow, eValue, suspectStep, WINDOW_SECONDS } from "./evidence/evidence.ts";
import type { GateSettings } from "./settings.ts";
import type { GateVerdict } from "./state.ts";
import { failureText } from "./verdict.ts";

/** One user orders several times: taken to come in small bursts until stable has shown otherwise. */
const PRIOR = 4;

/**
 * Whether something that users do (log in, order) gets rare on the candidate. What it can't do any more makes no error and nothing slow: a
 * button that is gone fails nobody.
 *
 * The mirror of "worse than stable is": of what both tracks' users did in an interval stable's part is no larger than its part of the
 * requests, unless it became rarer on the candidate. `bad` is here what users did. Plain data, as a gate's.
 */
export interface Fall {
  settings: GateSettings;
  intervals: number;
  channel: Channel;
  step: { candidate: Counts; stable: Counts };
  failed: GateVerdict | undefined;
}

export function newFall(settings: GateSettings): Fall {
  return { settings, intervals: 0, channel: newChannel(settings, PRIOR), step: newStep(), failed: undefined };
}

export function beginFallStep(fall: Fall): void {
  fall.step = newStep();
  suspectStep(fall.channel.relative);
}

/** Learns from stable's stream before the candidate gets traffic: how much what users do comes in bursts. */
export function learnFall({ channel, settings }: Fall, stable: Counts): void {
  learnFrom(channel, stable, settings);
}

export function observeFall(fall: Fall, candidate: Counts, stable: Counts): void {
  const { channel, settings, step } = fall;
  step.candidate = sum(step.candidate, candidate);
  step.stable = sum(step.stable, stable);
  const part = stable.requests / (stable.requests + candidate.requests);
  compareNow(channel, part, { requests: stable.bad + candidate.bad, bad: stable.bad });
  if (fallEvidence(fall) >= 1 / settings.falseAlarm) convictFall(fall);
  fall.intervals++;
  if (fall.intervals % Math.max(1, Math.round(WINDOW_SECONDS / settings.intervalSeconds)) === 0)
    closeWindow(channel.relative, channel.phi);
  // Last, so that an interval is judged by what was known before it.
  learnFall(fall, stable);
}

/** The e-value that it became rarer on the candidate. */
export function fallEvidence({ channel }: Fall): number {
  return eValue(channel.relative, channel.phi);
}

/** @param others what else spoke against the candidate, where this alone isn't enough */
export function convictFall(fall: Fall, others: readonly string[] = []): void {
  const { settings, step } = fall;
  const method = `rarer than on stable${others.length > 0 ? `, and so says ${others.join(" and ")}` : ""}`;
  fall.failed ??= {
    ...fallVerdict(fall),
    ...{ outcome: "fail", toFail: 1, method },
    reason: failureText(settings.indicator, { ...step, method }),
  };
}

/** It fails, or says nothing: that users do as much as on stable lets no step pass. */
export function fallVerdict(fall: Fall): GateVerdict {
  if (fall.failed) return fall.failed;
  const { settings, step, channel } = fall;
  const way = Math.log(Math.max(1, fallEvidence(fall))) / -Math.log(settings.falseAlarm);
  return {
    ...{ outcome: "pass", hold: false, toFail: Math.min(1, way), toPass: 1 },
    reason: `${settings.indicator}: as often as on stable`,
    candidate: { ...step.candidate },
    stable: { ...step.stable },
    bursts: channel.phi,
  };
}

function newStep(): Fall["step"] {
  return { candidate: { requests: 0, bad: 0 }, stable: { requests: 0, bad: 0 } };
}
