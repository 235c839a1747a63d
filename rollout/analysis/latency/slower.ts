import { nth } from "../../../infra/sure.ts";
import { type Channel, compareNow, learnFrom, newChannel } from "../channel.ts";
import { closeWindow, eValue, suspectStep, WINDOW_SECONDS } from "../evidence/evidence.ts";
import type { GateSettings } from "../settings.ts";
import type { GateVerdict } from "../state.ts";
import { failureText } from "../verdict.ts";
import { addTimes, countsOver, countsOverEach, edgesAround, type Times } from "./times.ts";

/** One stall makes several answers slow: taken to come in small bursts until stable has shown otherwise. */
const PRIOR = 4;
/** From the limit's part on below which nobody notices, to where most give up. */
const REACH = 8;

/**
 * Whether the candidate takes longer than stable, anywhere from quick answers to the slowest: one limit alone sees neither a median that doubles
 * below it, nor a tail that was over it anyhow and gets much longer.
 *
 * At each of some edges H0 is: of the candidate's answers no larger share takes longer than it than of stable's takes longer than the edge before. So a
 * candidate that takes up to 1.4 times as long is let be: other machines and colder caches do that. It is the first question of a gate, asked
 * of those shares; the mean over the edges is an e-value again (Vovk and Wang 2021). Plain data, as a gate's.
 */
export interface Slower {
  settings: GateSettings;
  intervals: number;
  /** In milliseconds, ascending; each but the first is the candidate's in the channel of the same place, less one. */
  edges: readonly number[];
  channels: Channel[];
  step: { candidate: Times; stable: Times };
  failed: GateVerdict | undefined;
}

/** @param limitMs the plan's, around which is compared */
export function newSlower(settings: GateSettings, limitMs: number): Slower {
  const edges = edgesAround(limitMs, REACH);
  const channels = edges.slice(1).map(() => newChannel(settings, PRIOR));
  return { settings, intervals: 0, edges, channels, step: newStep(), failed: undefined };
}

export function beginSlowerStep(slower: Slower): void {
  slower.step = newStep();
  for (const { relative } of slower.channels) suspectStep(relative);
}

/** Learns from stable's stream before the candidate gets traffic: how much slow answers come in bursts. */
export function learnSlower({ channels, edges, settings }: Slower, stable: Times): void {
  const theirs = countsOverEach(stable, edges);
  for (const [index, channel] of channels.entries()) learnFrom(channel, nth(theirs, index), settings);
}

export function observeSlower(slower: Slower, candidate: Times, stable: Times): void {
  const { settings, step, edges, channels } = slower;
  step.candidate = addTimes(step.candidate, candidate);
  step.stable = addTimes(step.stable, stable);
  const [mine, theirs] = [countsOverEach(candidate, edges), countsOverEach(stable, edges)];
  for (const [index, channel] of channels.entries()) {
    const [over, before] = [nth(mine, index + 1), nth(theirs, index)];
    const part = over.requests / (over.requests + before.requests);
    compareNow(channel, part, { requests: over.bad + before.bad, bad: over.bad });
  }
  if (slowerEvidence(slower) >= 1 / settings.falseAlarm) convictSlower(slower);
  slower.intervals++;
  if (slower.intervals % Math.max(1, Math.round(WINDOW_SECONDS / settings.intervalSeconds)) === 0)
    for (const { relative, phi } of channels) closeWindow(relative, phi);
  // Last, so that an interval is judged by what was known before it.
  learnSlower(slower, stable);
}

/** The e-value that it takes longer. */
export function slowerEvidence(slower: Slower): number {
  const all = valuesOf(slower);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

function valuesOf({ channels }: Slower): number[] {
  return channels.map(({ relative, phi }) => eValue(relative, phi));
}

/** @param others what else spoke against the candidate, where this alone isn't enough */
export function convictSlower(slower: Slower, others: readonly string[] = []): void {
  const { settings } = slower;
  const told = slowerVerdict(slower);
  const method = `over 1.4 times as slow as stable${others.length > 0 ? `, and so says ${others.join(" and ")}` : ""}`;
  slower.failed ??= {
    ...told,
    ...{ outcome: "fail", toFail: 1, method },
    reason: failureText(settings.indicator, { ...told, method }),
  };
}

/** It fails, or says nothing: whether answers are quick enough to pass a step the plan's limit says. What is told is of the edge that speaks loudest. */
export function slowerVerdict(slower: Slower): GateVerdict {
  if (slower.failed) return slower.failed;
  const { settings, step, edges, channels } = slower;
  const way = Math.log(Math.max(1, slowerEvidence(slower))) / -Math.log(settings.falseAlarm);
  const values = valuesOf(slower);
  const loudest = values.indexOf(Math.max(...values));
  const edge = nth(edges, loudest + 1);
  return {
    ...{ outcome: "pass", hold: false, toFail: Math.min(1, way), toPass: 1 },
    reason: `${settings.indicator}: as quick as stable`,
    counted: `over ${edge} ms`,
    candidate: countsOver(step.candidate, edge),
    stable: countsOver(step.stable, edge),
    bursts: nth(channels, loudest).phi,
  };
}

function newStep(): Slower["step"] {
  return { candidate: {}, stable: {} };
}
