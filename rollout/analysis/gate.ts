import { first } from "../../infra/sure.ts";
import { type Channel, closeWindows, compare, learnFrom, newChannel, suspectChannel } from "./channel.ts";
import { complaintOf, NO_COMPLAINT } from "./complaint.ts";
import { type Counts, checkCounts, type Interval } from "./counts.ts";
import { closeWindow, gain, newEvidence, suspectStep, WINDOW_SECONDS } from "./evidence/evidence.ts";
import { logs, newGains, setShare } from "./evidence/odds.ts";
import { type ByClient, newUnlearned, waited } from "./evidence/outage.ts";
import { burstStarts, newRefractory, upToBurst } from "./refractory.ts";
import { type GateSettings, gateSettings } from "./settings.ts";
import type { Gate } from "./state.ts";
import { addToStep, newStep } from "./step.ts";
import { extend, newStretch } from "./stretch.ts";
import { holds, latch } from "./verdict.ts";

export type { Gate } from "./state.ts";

/** Until stable has shown otherwise, bad requests are taken to come in small bursts, and long bursts to be split at times. */
const REQUESTS_PRIOR = 4;
const BURSTS_PRIOR = 1.2;
/** What fails for many clients at once may have one cause that is soon over, until stable has shown how often. */
const CLIENTS_PRIOR = 1.2;

/** @throws {RangeError} naming the setting that is wrong */
export function newGate(given: Partial<GateSettings> = {}): Gate {
  const settings = gateSettings(given);
  return {
    settings,
    intervals: 0,
    requests: newChannel(settings, REQUESTS_PRIOR),
    bursts: newChannel(settings, BURSTS_PRIOR),
    waiting: newUnlearned(),
    quiet: { candidate: newRefractory(), stable: newRefractory() },
    absolute: newEvidence(settings.horizonSeconds, settings.intervalSeconds),
    absoluteStretch: newStretch(),
    absoluteGains: newGains("requests"),
    step: newStep(),
    complaint: NO_COMPLAINT,
    failed: undefined,
  };
}

/** Starts a step: what passes is what this step showed. Evidence against the candidate is kept, and a regression is likelier now. */
export function beginStep(gate: Gate): void {
  gate.step = newStep();
  suspectChannel(gate.requests);
  suspectChannel(gate.bursts);
  if (gate.clients) suspectChannel(gate.clients);
  suspectStep(gate.absolute);
}

/**
 * Learns from an interval of stable's stream before the candidate gets traffic: its error rate and its bursts.
 *
 * @param clients of stable: see {@link Interval}
 */
export function learn(gate: Gate, stable: Counts, clients?: Counts): void {
  checkCounts("stable", stable);
  if (clients) clientsOf(gate);
  learnOf(gate, stable, burstStarts(gate.quiet.stable, stable, gate.settings.intervalSeconds), clients);
}

function learnOf(gate: Gate, requests: Counts, bursts: Counts, clients: Counts | undefined): void {
  const { settings, waiting } = gate;
  const begun = upToBurst(bursts, gate.bursts.gains.history.share);
  const kinds = { requests, bursts: begun, ...(clients && { clients }) };
  const told = waited(waiting, requests, kinds, settings, (counts) => byClient(gate, counts));
  if (!told) return;
  const { counts, intervals } = told;
  learnFrom(gate.requests, counts.requests ?? NONE, settings, intervals);
  learnFrom(gate.bursts, counts.bursts ?? NONE, settings, intervals);
  if (gate.clients) learnFrom(gate.clients, counts.clients ?? NONE, settings, intervals);
}

/** What is told of different clients: by the platform, or as the indicator counts clients itself. */
function byClient(
  { settings, requests, clients }: Gate,
  counts: { requests?: Counts; clients?: Counts },
): ByClient | undefined {
  const { objective, countsClients = false } = settings;
  if (countsClients)
    return { counts: counts.requests ?? NONE, learned: requests.baseline, objective: undefined };
  return clients && { counts: counts.clients ?? NONE, learned: clients.baseline, objective };
}

/**
 * Takes in the next interval of the rollout; intervals without data count too, as zeros.
 *
 * @throws {RangeError} for counts that cannot be
 */
export function observe(gate: Gate, { candidate, stable, clients }: Interval): void {
  checkCounts("candidate", candidate);
  checkCounts("stable", stable);
  const { settings, quiet } = gate;
  const begun = {
    candidate: burstStarts(quiet.candidate, candidate, settings.intervalSeconds),
    stable: burstStarts(quiet.stable, stable, settings.intervalSeconds),
  };
  const relative = compareRequests(gate.requests, candidate, stable);
  compareBursts(gate.bursts, begun.candidate, begun.stable);
  if (clients || gate.clients)
    compareRequests(clientsOf(gate), clients?.candidate ?? NONE, clients?.stable ?? NONE);

  setShare(gate.absoluteGains, settings.objective, gate.requests.phi);
  const absolute = logs(gate.absoluteGains, candidate);
  gain(gate.absolute, absolute);
  extend(gate.absoluteStretch, first(absolute), relative, candidate, stable);

  addToStep(gate.step, candidate, stable, settings, gate.requests.phi);
  gate.complaint = complaintOf(gate);
  gate.failed ??= latch(gate);
  if (!gate.failed && holds(gate)) gate.absoluteStretch.shared = true;
  gate.intervals++;
  if (gate.intervals % Math.max(1, Math.round(WINDOW_SECONDS / settings.intervalSeconds)) === 0) {
    closeWindows(gate.requests);
    closeWindows(gate.bursts);
    if (gate.clients) closeWindows(gate.clients, Number.POSITIVE_INFINITY);
    closeWindow(gate.absolute, gate.requests.phi);
  }
  // Last, so that an interval is judged by what was known before it.
  learnOf(gate, stable, begun.stable, clients?.stable);
}

const NONE: Counts = { requests: 0, bad: 0 };

/** From the first interval on that clients are told apart in: that it is so depends on the platform, and on no error. */
function clientsOf(gate: Gate): Channel {
  gate.clients ??= newChannel(gate.settings, CLIENTS_PRIOR);
  return gate.clients;
}

function compareRequests(channel: Channel, candidate: Counts, stable: Counts): readonly number[] | undefined {
  const part = candidate.requests / (candidate.requests + stable.requests);
  const all = { requests: candidate.bad + stable.bad, bad: candidate.bad };
  return compare(channel, candidate, stable, part, all);
}

/**
 * At most one burst a track begins in an interval; given that exactly one did, its odds to be the candidate's are
 * (e^kn - 1) : (e^km - 1) for n and m requests and a chance k for each. They are at most n : m when n <= m; else k's upper bound
 * makes them the largest they can be.
 */
function compareBursts(channel: Channel, candidate: Counts, stable: Counts): void {
  const [n, m] = [candidate.requests, stable.requests];
  const chance = n > m ? Math.min(Math.max(0, channel.gains.history.share), 50 / n) : 0;
  const odds = chance > 0 ? Math.expm1(chance * n) / Math.expm1(chance * m) : n / m;
  const part = m > 0 ? odds / (1 + odds) : 0;
  const only = candidate.bad !== stable.bad ? 1 : 0;
  compare(channel, candidate, stable, part, { requests: only, bad: candidate.bad * only });
}
