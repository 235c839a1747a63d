import { first, given, last, nth } from "../../../infra/sure.ts";
import { shareFalseAlarm } from "../../analysis/analyse.ts";
import {
  type BurnGate,
  beginBurnStep,
  burnEvidence,
  burnFailure,
  burnVerdict,
  indicatorOf,
  learnBurn,
  newBurnGate,
  observeBurn,
  pageOf,
} from "../../analysis/burn/burn-gate.ts";
import type { Counts } from "../../analysis/counts.ts";
import { beginStep, type Gate, learn, newGate, observe } from "../../analysis/gate.ts";
import { type GateSettings, gateSettings } from "../../analysis/settings.ts";
import { failure, verdictOf } from "../../analysis/verdict.ts";
import type { CounterGate, Plan } from "../../core/plan.ts";
import { lessTally, NO_TALLY, type Tally, type TrackCounts, WAYS, type Way } from "../../core/verdict.ts";
import { fallIndicator } from "./falls.ts";
import type { Indicator, Of } from "./indicator.ts";
import { SLOWER, slowerIndicator } from "./slower.ts";
import type { Warming } from "./warm-up.ts";

/** A plan's latency gate speaks of the 95th percentile: 5 % of requests may be slower. */
const SLOW_SHARE = 0.05;

/** So many answers of a server that warms up may be slow, all in all; more are no cold start, but a regression that hides there. */
const SLOW_WHILE_WARMING = 5 * SLOW_SHARE;

const BY_BALANCER = "errors by the balancer's count";

interface Compared {
  of: Of;
  warming?: Warming;
  late?: boolean;
}

/**
 * What the plan's gates count; they share the false-alarm rate, so that all together keep it.
 *
 * @param twice whether the balancer's count comes beside the servers' own: what never reached a server is only in it
 */
export function indicatorsOf({ steps, gates }: Plan, twice = false): Indicator[] {
  // Also the time in which gates wait for data, and shifts.
  const watched = steps.reduce((sum, { bakeSeconds, graceSeconds }) => sum + bakeSeconds + graceSeconds, 0);
  const common = gateSettings({
    minRequests: gates.minRequests,
    horizonSeconds: Math.max(60, watched),
    intervalSeconds: 1,
    ...(gates.falseAlarm !== undefined && { falseAlarm: gates.falseAlarm }),
    ...(gates.miss !== undefined && { miss: gates.miss }),
    ...(gates.smallest !== undefined && { smallest: gates.smallest }),
  });
  const sequential = (indicator: string, objective: number, of: Of, minRequests = gates.minRequests) => ({
    of,
    settings: { ...common, indicator, objective: within(objective), minRequests },
  });
  const counted = [
    sequential("errors", gates.errorRate, errorsOf),
    sequential(`over ${gates.p95Ms} ms`, SLOW_SHARE, slowOf),
    ...Object.entries(gates.counters ?? {}).map(([name, { max, min }]: [string, CounterGate]) =>
      sequential(name, max, counterOf(name), min),
    ),
  ];
  const ways = [
    ...WAYS.map((way) => ({
      ...asClients(sequential(way, UNBOUND, wayOf(way), 0)),
      ...(way === "unfinished" && { warming: "left out" as const }),
    })),
    {
      ...sequential(`over ${gates.p95Ms} ms while warming up`, SLOW_WHILE_WARMING, slowOf, 0),
      warming: "alone" as const,
    },
    ...(twice ? [{ ...sequential(BY_BALANCER, gates.errorRate, errorsOf, 0), late: true }] : []),
  ];
  const { objective } = gates;
  const budget = objective === undefined ? [] : [{ ...common, objective }];
  // The ways, what may fall and how long answers take share one part between them.
  const [share, ...parts] = shareFalseAlarm([common, ...counted.map((each) => each.settings), ...budget]);
  const { falseAlarm } = given(share, "part of the false-alarm rate");
  const falls = Object.keys(gates.counters ?? {});
  const ofAll = shareFalseAlarm([
    ...ways.map(({ settings }) => ({ ...settings, falseAlarm })),
    ...falls.map((name) => ({ ...common, indicator: `fewer ${name}`, falseAlarm })),
    { ...common, indicator: SLOWER, falseAlarm },
  ]);
  const ofWays = ofAll.slice(0, ways.length);
  const fewer = falls.map((name, index) => ({
    ...fallIndicator(gateSettings(nth(ofAll, ways.length + index)), doneOf(name)),
    ...(twice && { late: true }),
  }));
  const tests = counted.map(({ of }, index) =>
    sequentialIndicator(gateSettings(parts[index]), of, [clientsOf, slowSessionsOf][index]),
  );
  const burning = budget.map(() => burnIndicator(last(parts), first(tests).gate));
  const [errors, slow, ...counters] = tests.map(({ indicator }) => indicator) as [
    Indicator,
    Indicator,
    ...Indicator[],
  ];
  const compared = ways.map(({ of, warming, late }: Compared, index) => {
    const { indicator } = sequentialIndicator(gateSettings(ofWays[index]), of);
    return { ...indicator, onlyFails: true, ...(warming && { warming }), ...(late && { late }) };
  });
  const business = counters.map((indicator) => ({ ...indicator, ...(twice && { late: true }) }));
  const slower = slowerIndicator(gateSettings(last(ofAll)), gates.p95Ms);
  return [errors, { ...slow, warming: "left out" }, ...burning, ...business, ...compared, ...fewer, slower];
}

function sequentialIndicator(
  settings: GateSettings,
  of: Of,
  clients: (counts: TrackCounts | undefined) => Counts | undefined = () => undefined,
): { indicator: Indicator; gate: Gate } {
  const gate = newGate(settings);
  const indicator: Indicator = {
    name: settings.indicator,
    learn: (stable) => learn(gate, of(stable), clients(stable)),
    beginStep: () => beginStep(gate),
    observe(candidate, stable) {
      const [mine, theirs] = [clients(candidate), clients(stable)];
      const told = mine || theirs ? { candidate: mine ?? NONE, stable: theirs ?? NONE } : undefined;
      observe(gate, { candidate: of(candidate), stable: of(stable), clients: told });
    },
    verdict: (baked) => verdictOf(gate, baked),
    part: settings.falseAlarm,
    evidence: () => (gate.complaint.rate < 1 ? 1 / gate.complaint.rate : 0),
    convict(others) {
      gate.failed ??= failure(gate, others);
    },
  };
  return { indicator, gate };
}

/** @param errors the gate of the same requests, asked before this one: it learns how much errors come in bursts */
function burnIndicator(settings: GateSettings, errors: Gate): Indicator {
  const gate: BurnGate = newBurnGate(settings);
  let phi = errors.requests.phi;
  return {
    name: indicatorOf(settings),
    learn(stable) {
      learnBurn(gate, errorsOf(stable));
      phi = errors.requests.phi;
    },
    beginStep: () => beginBurnStep(gate),
    observe(candidate, stable) {
      observeBurn(gate, { candidate: errorsOf(candidate), stable: errorsOf(stable) }, phi);
      // For the next second: a second is judged by what was known before it.
      phi = errors.requests.phi;
    },
    verdict: (baked) => burnVerdict(gate, baked),
    part: settings.falseAlarm,
    evidence: () => burnEvidence(gate),
    convict(others) {
      const page = pageOf(gate);
      if (page) gate.failed ??= burnFailure(gate, page, others);
    },
  };
}

/**
 * Who stays with a version meets the same error again and again, and no chance parts him from the other track's users: he
 * counts once. Whether a request counts is known before it is asked, so that what counts is as good a sample as all.
 */
const errorsOf: Of = (counts) => {
  const { requests = 0, errors = 0, repeated } = counts ?? {};
  return without(repeated, { requests, bad: errors });
};

function without(repeated: Tally | undefined, { requests, bad }: Counts): Counts {
  const left = lessTally({ bad, total: requests }, repeated);
  return { requests: left.total, bad: left.bad };
}
const NONE: Counts = { requests: 0, bad: 0 };

/** What users did, of what they asked for. */
function doneOf(name: string): Of {
  return (counts) => ({ requests: counts?.requests ?? 0, bad: counts?.counters?.[name]?.total ?? 0 });
}

/** Clients that had no error lately, where they are told apart. */
function clientsOf(counts: TrackCounts | undefined): Counts | undefined {
  return counts?.clients && { requests: counts.clients.total, bad: counts.clients.bad };
}

/** Sessions that had no slow answer lately, where somebody is held. */
function slowSessionsOf(counts: TrackCounts | undefined): Counts | undefined {
  return counts?.slowSessions && { requests: counts.slowSessions.total, bad: counts.slowSessions.bad };
}

/** Likewise: a large customer's page is slow each time. */
const slowOf: Of = (counts) => {
  const { requests = 0, slow = 0, repeatedSlow } = counts ?? {};
  return without(repeatedSlow, { requests, bad: slow });
};

/** An application may count a failure a moment after what failed: never more bad ones than all. */
function counterOf(name: string): Of {
  return (counts) => {
    const { bad, total } = counts?.counters?.[name] ?? NO_TALLY;
    return { requests: total, bad: Math.min(bad, total) };
  };
}

function wayOf(way: Way): Of {
  return (counts) => {
    const { bad, total } = counts?.ways?.[way] ?? NO_TALLY;
    return { requests: total, bad: Math.min(bad, total) };
  };
}

/** Clients are counted, or requests that nobody can repeat fast: who asks again has waited first. */
function asClients<T extends { settings: GateSettings }>(counted: T): T {
  return { ...counted, settings: { ...counted.settings, countsClients: true } };
}

/** A share that is no objective: nobody knows how many 404s are right, only that they aren't more than stable's. */
const UNBOUND = 0.49;

/** The config also takes 0 and 1, which no test can judge: they are replaced by the nearest share that one can. */
function within(objective: number): number {
  return Math.min(0.49, Math.max(0.0001, objective));
}
