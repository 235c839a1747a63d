import { first, nth } from "../../../infra/sure.ts";
import { type Counts, checkCounts, type Interval, share } from "../counts.ts";
import {
  closeWindow,
  type Evidence,
  eValue,
  gain,
  newEvidence,
  suspectStep,
  WINDOW_SECONDS,
} from "../evidence/evidence.ts";
import { type Gains, logs, newGains, setShare } from "../evidence/odds.ts";
import { isOut } from "../evidence/outage.ts";
import type { GateVerdict } from "../state.ts";
import { temperedText } from "../verdict.ts";
import { type Burn, burnsOf } from "./burn-rate.ts";
import { addInterval, type BurnWindows, newBurnWindows } from "./burn-windows.ts";

export interface BurnSettings {
  /** The share that must be good over 30 days, such as 0.999. */
  objective: number;
  /** The chance that a candidate within the objective is called burning, over the whole rollout. */
  falseAlarm: number;
  /** Requests of the candidate in a step below which nothing passes. */
  minRequests: number;
  horizonSeconds: number;
  intervalSeconds: number;
}

/** In the short window; below that nothing burns. */
const LEAST_REQUESTS = 10;
/** Fewer times as fast as stable is no reason to blame the candidate. */
const COMPARABLE = 2;

/**
 * Multi-window burn rates as a gate: does the candidate use up the error budget of the objective many times too fast, and is that still
 * going on?
 *
 * A window that is still young says little: one error in the first ten requests burns a hundred times too fast. So the windows of
 * `BURN_RULES` decide only together with a test that stays valid however often one looks: the e-value (see {@link Evidence})
 * that the candidate's share of bad requests is over the budget. A candidate within the objective is sent back with the false-alarm rate at most.
 *
 * A rule that pages fails the candidate; one that opens a ticket keeps it from passing. Where stable burns by the same rule in the
 * same time, the candidate isn't blamed: hold and page. Nor is it for what stable did as a habit, before the rollout too: at the
 * last step stable serves nothing any more that the candidate could be compared with.
 */
export interface BurnGate {
  settings: BurnSettings;
  intervals: number;
  candidate: BurnWindows;
  stable: BurnWindows;
  /** All that stable is known to have served. */
  usual: Counts;
  evidence: Evidence;
  gains: Gains;
  /** How much bad requests come in bursts, as last told. */
  phi: number;
  step: { candidate: Counts; stable: Counts };
  failed: GateVerdict | undefined;
}

/** @throws {RangeError} for an objective that leaves no budget, or is half or less */
export function newBurnGate(settings: BurnSettings): BurnGate {
  if (!(settings.objective > 0.5 && settings.objective < 1))
    throw new RangeError(`objective must be above 0.5 and below 1, it is ${settings.objective}`);
  return {
    settings,
    intervals: 0,
    candidate: newBurnWindows(settings.intervalSeconds),
    stable: newBurnWindows(settings.intervalSeconds),
    usual: { requests: 0, bad: 0 },
    evidence: newEvidence(settings.horizonSeconds, settings.intervalSeconds),
    gains: newGains("requests"),
    phi: 1,
    step: newStep(),
    failed: undefined,
  };
}

export function beginBurnStep(gate: BurnGate): void {
  gate.step = newStep();
  suspectStep(gate.evidence);
}

/** Learns from an interval of stable's stream before the candidate gets traffic. */
export function learnBurn(gate: BurnGate, stable: Counts): void {
  checkCounts("stable", stable);
  learnUsual(gate, stable);
}

/** An outage is no habit. */
function learnUsual(gate: BurnGate, stable: Counts): void {
  if (!isOut(stable, 1 - gate.settings.objective)) add(gate.usual, stable);
}

/**
 * Takes in the next interval of the rollout.
 *
 * @param phi how much bad requests come in bursts by what was known before it: of the gate that counts the same requests
 * @throws {RangeError} for counts that cannot be
 */
export function observeBurn(gate: BurnGate, { candidate, stable }: Interval, phi: number): void {
  checkCounts("candidate", candidate);
  checkCounts("stable", stable);
  const { settings, step } = gate;
  gate.phi = phi;
  addInterval(gate.candidate, candidate);
  addInterval(gate.stable, stable);
  learnUsual(gate, stable);
  add(step.candidate, candidate);
  add(step.stable, stable);
  setShare(gate.gains, 1 - settings.objective, phi);
  gain(gate.evidence, logs(gate.gains, candidate));
  gate.failed ??= latchBurn(gate);
  gate.intervals++;
  if (gate.intervals % Math.max(1, Math.round(WINDOW_SECONDS / settings.intervalSeconds)) === 0)
    closeWindow(gate.evidence, phi);
}

function latchBurn(gate: BurnGate): GateVerdict | undefined {
  const page = isOver(gate) ? pageOf(gate) : undefined;
  return page && burnFailure(gate, page);
}

/** @param others see {@link failure} in verdict.ts */
export function burnFailure(gate: BurnGate, page: Burn, others: readonly string[] = []): GateVerdict {
  const too = others.length > 0 ? `; so says ${others.join(" and ")}` : "";
  return verdict(gate, "fail", `burns ${rateText(page)}${too}`);
}

/** What the candidate alone burns by, if it does. */
export function pageOf(gate: BurnGate): Burn | undefined {
  const { mine, theirs } = ratesOf(gate);
  const page = mine.find(
    (burn, index) =>
      burn.severity === "page" &&
      burn.burning &&
      !isUsual(gate, burn) &&
      !isComparable(burn, nth(theirs, index)),
  );
  // Another rule by which both burn says that it is a bad day for both.
  return bothBurn(mine, theirs) ? undefined : page;
}

/** The evidence that a page is right; as long as there is none to give, nothing. */
export function burnEvidence(gate: BurnGate): number {
  const value = eValue(gate.evidence, gate.phi);
  return value > 1 && pageOf(gate) ? value : 0;
}

/** The outcome now; passing is the caller's to delay until the bake is over. */
export function burnVerdict(gate: BurnGate, baked: boolean): GateVerdict {
  if (gate.failed) return gate.failed;
  const { step, settings } = gate;
  const { mine, theirs } = ratesOf(gate);
  if (isOver(gate)) {
    const both = bothBurn(mine, theirs);
    if (both) return verdict(gate, "wait", `both tracks burn ${rateText(both)}: hold and page`, true);
    const page = mine.find((burn) => burn.severity === "page" && burn.burning);
    if (page) return verdict(gate, "wait", `burns ${rateText(page)}, as stable does: no reason to go on`);
    const ticket = mine.find(
      (burn, index) => burn.burning && !nth(theirs, index).burning && !isUsual(gate, burn),
    );
    if (ticket) return verdict(gate, "wait", `burns ${rateText(ticket)}: no page, but no reason to go on`);
  }
  const { requests } = step.candidate;
  if (requests === 0) return verdict(gate, "wait", "no data from the candidate");
  if (requests < settings.minRequests)
    return verdict(gate, "wait", `${requests} of at least ${settings.minRequests} requests`);
  if (!baked) return verdict(gate, "wait", "good so far, the bake goes on");
  return verdict(gate, "pass", `the error budget lasts: ${rateText(first(mine))}`);
}

/** Whether stable burns so fast as a habit. */
function isUsual({ usual, settings }: BurnGate, { factor }: Burn): boolean {
  const enough = usual.requests >= Math.max(1, settings.minRequests);
  return enough && share(usual) >= factor * (1 - settings.objective);
}

/**
 * Whether stable burned about as much in the same time. As an outage of both gets thin in the windows, stable falls below the rule's
 * factor a moment before the candidate or after it: that tells nothing between them. A smaller difference is the error gate's to find.
 */
function isComparable(mine: Burn, theirs: Burn): boolean {
  return theirs.long * COMPARABLE > mine.long && theirs.short * COMPARABLE > mine.short;
}

/** A page by which both burn. */
function bothBurn(mine: readonly Burn[], theirs: readonly Burn[]): Burn | undefined {
  return mine.find((burn, index) => burn.severity === "page" && burn.burning && nth(theirs, index).burning);
}

function isOver({ evidence, phi, settings }: BurnGate): boolean {
  return eValue(evidence, phi) >= 1 / settings.falseAlarm;
}

function ratesOf({ settings: { objective }, candidate, stable }: BurnGate) {
  return {
    mine: burnsOf(objective, candidate.totals, LEAST_REQUESTS),
    theirs: burnsOf(objective, stable.totals, LEAST_REQUESTS),
  };
}

function verdict(gate: BurnGate, outcome: GateVerdict["outcome"], reason: string, hold = false): GateVerdict {
  const { settings, step, phi, evidence } = gate;
  const { minRequests } = settings;
  const sure = Math.log(Math.max(1, eValue(evidence, phi))) / -Math.log(settings.falseAlarm);
  const pages = ratesOf(gate).mine.filter(({ severity }) => severity === "page");
  const fast = Math.max(...pages.map(({ long, short, factor }) => Math.min(long, short) / factor));
  const sample = minRequests > 0 ? step.candidate.requests / minRequests : 1;
  return {
    outcome,
    hold,
    reason: `${indicatorOf(settings)}: ${reason}${outcome === "fail" ? "" : temperedText(phi)}`,
    toFail: outcome === "fail" ? 1 : Math.max(0, Math.min(1, sure, fast)),
    toPass: outcome === "pass" ? 1 : Math.max(0, Math.min(1, sample)),
    candidate: { ...step.candidate },
    stable: { ...step.stable },
    bursts: phi,
  };
}

/** Such as "burn rate of 99.9 %". */
export function indicatorOf({ objective }: Pick<BurnSettings, "objective">): string {
  return `burn rate of ${Number((100 * objective).toPrecision(6))} %`;
}

function rateText({ long, short, longSeconds, shortSeconds }: Burn): string {
  return `${times(long)} the budget over ${span(longSeconds)}, ${times(short)} over ${span(shortSeconds)}`;
}

function times(rate: number): string {
  return `${Number(rate.toPrecision(2))} times`;
}

function span(seconds: number): string {
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

function newStep(): BurnGate["step"] {
  return { candidate: { requests: 0, bad: 0 }, stable: { requests: 0, bad: 0 } };
}

function add(total: Counts, { requests, bad }: Counts): void {
  total.requests += requests;
  total.bad += bad;
}
