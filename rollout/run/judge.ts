import { shareFalseAlarm, together } from "../analysis/analyse.ts";
import type { Counts } from "../analysis/counts.ts";
import { beginStep, type Gate, learn, newGate, observe } from "../analysis/gate.ts";
import { gateSettings } from "../analysis/settings.ts";
import { verdictOf } from "../analysis/verdict.ts";
import type { Plan } from "../core/plan.ts";
import type { History, Judge, TrackCounts, Verdict } from "../core/verdict.ts";

/** A plan's latency gate speaks of the 95th percentile: 5 % of requests may be slower. */
const SLOW_SHARE = 0.05;

type Count = "errors" | "slow";

/**
 * The plan's gates as the controller asks them. They share the false-alarm rate, and one that fails fails the rollout.
 *
 * Each second is an interval; one without data counts as one without requests. The gates keep what they have counted,
 * as the history only grows; a history that is another one is counted anew.
 */
export function judgeOf(plan: Plan): Judge {
  let count = newCount(plan);
  return (history) => {
    if (isOther(history, count)) count = newCount(plan);
    takeIn(history, count);
    const begun = count.steps === history.steps.length;
    const verdicts = count.gates.map(({ name, gate }) => {
      const verdict = verdictOf(gate, history.baked);
      // What an earlier step has shown isn't ground to pass this one.
      return { name, ...(begun || verdict.outcome === "fail" ? verdict : waiting(name, verdict)) };
    });
    const { outcome, hold, reason } = together(verdicts);
    return { outcome, hold, reason, evidence: verdicts } satisfies Verdict;
  };
}

function waiting(name: string, verdict: ReturnType<typeof verdictOf>): ReturnType<typeof verdictOf> {
  const reason = verdict.hold ? verdict.reason : `${name}: no data from this step yet`;
  return { ...verdict, outcome: "wait", reason, toPass: 0, candidate: NONE, stable: NONE };
}

interface Counted {
  gates: { name: string; of: Count; gate: Gate }[];
  /** How much of the history is in the gates. */
  seconds: number;
  steps: number;
  first: number | undefined;
  next: number | undefined;
}

function newCount({ steps, gates }: Plan): Counted {
  // Also the time in which gates wait for data, and shifts.
  const watched = steps.reduce((sum, { bakeSeconds, graceSeconds }) => sum + bakeSeconds + graceSeconds, 0);
  const common = {
    minRequests: gates.minRequests,
    horizonSeconds: Math.max(60, watched),
    intervalSeconds: 1,
  };
  const indicators = [
    { of: "errors", indicator: "errors", objective: gates.errorRate },
    { of: "slow", indicator: `over ${gates.p95Ms} ms`, objective: SLOW_SHARE },
  ] as const;
  const settings = shareFalseAlarm(
    indicators.map(({ indicator, objective }) =>
      gateSettings({ ...common, indicator, objective: within(objective) }),
    ),
  );
  return {
    gates: indicators.map(({ of, indicator }, index) => ({
      name: indicator,
      of,
      gate: newGate(settings[index]),
    })),
    seconds: 0,
    steps: 0,
    first: undefined,
    next: undefined,
  };
}

/** The config takes 0 and 1, which no test can tell from one request. */
function within(objective: number): number {
  return Math.min(0.49, Math.max(0.0001, objective));
}

function isOther({ seconds, steps }: History, count: Counted): boolean {
  return (
    seconds.length < count.seconds ||
    steps.length < count.steps ||
    (count.first !== undefined && seconds[0]?.epochSecond !== count.first)
  );
}

function takeIn({ stable, candidate, seconds, steps }: History, count: Counted): void {
  for (const { epochSecond, tracks } of seconds.slice(count.seconds)) {
    count.first ??= epochSecond;
    for (let at = count.next ?? epochSecond; at <= epochSecond; at += 1) {
      const told = at === epochSecond ? tracks : {};
      while (steps[count.steps] && steps[count.steps]!.from <= at) {
        count.steps += 1;
        for (const { gate } of count.gates) beginStep(gate);
      }
      for (const { gate, of } of count.gates) {
        // A stack's first release has no other track to be compared with.
        const stableCounts = stable === candidate ? NONE : countsOf(told[stable], of);
        if (count.steps === 0) learn(gate, stableCounts);
        else observe(gate, { candidate: countsOf(told[candidate], of), stable: stableCounts });
      }
    }
    count.next = epochSecond + 1;
  }
  count.seconds = seconds.length;
}

const NONE: Counts = { requests: 0, bad: 0 };

function countsOf(counts: TrackCounts | undefined, of: Count): Counts {
  return counts ? { requests: counts.requests, bad: counts[of] } : NONE;
}
