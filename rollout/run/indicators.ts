import { first, last } from "../../infra/sure.ts";
import { shareFalseAlarm } from "../analysis/analyse.ts";
import {
  type BurnGate,
  beginBurnStep,
  burnVerdict,
  indicatorOf,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../analysis/burn/burn-gate.ts";
import type { Counts } from "../analysis/counts.ts";
import { beginStep, type Gate, learn, newGate, observe } from "../analysis/gate.ts";
import { type GateSettings, gateSettings } from "../analysis/settings.ts";
import { type GateVerdict, verdictOf } from "../analysis/verdict.ts";
import type { CounterGate, Plan } from "../core/plan.ts";
import type { TrackCounts } from "../core/verdict.ts";

/** A gate's word and what it rests on, as the journal and the views keep it. */
export type GateEvidence = Pick<GateVerdict, "outcome" | "hold" | "reason" | "toFail" | "toPass"> &
  Partial<GateVerdict> & { name: string };

/** One thing that is counted and judged, second by second. */
export interface Indicator {
  name: string;
  /** Stable's traffic before the candidate had any. */
  learn(stable: TrackCounts | undefined): void;
  beginStep(): void;
  observe(candidate: TrackCounts | undefined, stable: TrackCounts | undefined): void;
  verdict(baked: boolean): GateVerdict;
}

/** A plan's latency gate speaks of the 95th percentile: 5 % of requests may be slower. */
const SLOW_SHARE = 0.05;

type Of = (counts: TrackCounts | undefined) => Counts;

/** What the plan's gates count; they share the false-alarm rate, so that all together keep it. */
export function indicatorsOf({ steps, gates }: Plan): Indicator[] {
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
  const { objective } = gates;
  const budget = objective === undefined ? [] : [{ ...common, objective }];
  const settings = shareFalseAlarm([...counted.map((each) => each.settings), ...budget]);
  const tests = counted.map(({ of }, index) => sequentialIndicator(gateSettings(settings[index]), of));
  const burning = budget.map(() => burnIndicator(last(settings), first(tests).gate));
  const indicators = tests.map(({ indicator }) => indicator);
  return [...indicators.slice(0, 2), ...burning, ...indicators.slice(2)];
}

function sequentialIndicator(settings: GateSettings, of: Of): { indicator: Indicator; gate: Gate } {
  const gate = newGate(settings);
  const indicator: Indicator = {
    name: settings.indicator,
    learn: (stable) => learn(gate, of(stable)),
    beginStep: () => beginStep(gate),
    observe: (candidate, stable) => observe(gate, { candidate: of(candidate), stable: of(stable) }),
    verdict: (baked) => verdictOf(gate, baked),
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
  };
}

const errorsOf: Of = (counts) => ({ requests: counts?.requests ?? 0, bad: counts?.errors ?? 0 });
const slowOf: Of = (counts) => ({ requests: counts?.requests ?? 0, bad: counts?.slow ?? 0 });

/** An application may count a failure a moment after what failed: never more bad ones than all. */
function counterOf(name: string): Of {
  return (counts) => {
    const { bad, total } = counts?.counters?.[name] ?? { bad: 0, total: 0 };
    return { requests: total, bad: Math.min(bad, total) };
  };
}

/** The config also takes 0 and 1, which no test can judge: they are replaced by the nearest share that one can. */
function within(objective: number): number {
  return Math.min(0.49, Math.max(0.0001, objective));
}
