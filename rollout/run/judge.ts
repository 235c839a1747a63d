import { nth, upTo } from "../../infra/sure.ts";
import { together } from "../analysis/analyse.ts";
import type { Counts } from "../analysis/counts.ts";
import type { GateVerdict } from "../analysis/verdict.ts";
import type { Plan } from "../core/plan.ts";
import type { History, Judge, Verdict } from "../core/verdict.ts";
import { alarmVerdict } from "./gates/alarm-gate.ts";
import { type GateEvidence, type Indicator, indicatorsOf } from "./gates/indicators.ts";
import { sorted } from "./gates/on-fail.ts";
import { type BegunCount, judgeSessions, newBegunCount } from "./gates/sessions-gate.ts";
import { seenBy, WarmUp } from "./gates/warm-up.ts";

/**
 * The plan's gates as the controller asks them: errors, slow requests, the error budget's burn rate, the
 * application's counters, and the platform's alarms. When one fails the rollout fails, when one holds it holds, and
 * to pass all must pass. Sessions that begin elsewhere than the split says pass nothing, and pause.
 *
 * What servers answer slowly while they warm up is left out, and judged by itself. Each second is an interval. One without data counts as one without requests. The gates keep what they have counted,
 * because a history only grows; when they are asked about another history they begin anew.
 */
export function judgeOf(plan: Plan): Judge {
  let count = newCount(plan);
  return (history) => {
    if (isOther(history, count)) count = newCount(plan);
    takeIn(history, count);
    const begun = count.steps === history.steps.length;
    const verdicts: GateEvidence[] = count.indicators.map((indicator) => {
      const verdict = indicator.verdict(history.baked);
      const { name } = indicator;
      if (indicator.onlyFails && verdict.outcome !== "fail") return { name, ...silent(verdict) };
      // What an earlier step has shown isn't ground to pass this one.
      return { name, ...(begun || verdict.outcome === "fail" ? verdict : waiting(name, verdict)) };
    });
    const alarms = plan.gates.alarms === false ? undefined : alarmVerdict(history);
    const sessions = judgeSessions(history, count.begun);
    const all = [...verdicts, ...(alarms ? [alarms] : []), ...(sessions ? [sessions.evidence] : [])];
    const { deciding, pauses, tells } = sorted(all, plan.gates.onFail);
    // Where none is left to decide, none speaks against the candidate.
    const { outcome, hold, reason } =
      deciding.length > 0 ? together(deciding) : together(all.map((each) => ({ ...each, outcome: "pass" })));
    const skewed = sessions?.skewed;
    return {
      outcome,
      hold,
      reason,
      evidence: all,
      ...(pauses && { pauses }),
      ...(tells && { tells }),
      ...(skewed !== undefined && { skewed }),
    } satisfies Verdict;
  };
}

/** Said of what may only fail: nothing, so far. */
function silent(verdict: GateVerdict): GateVerdict {
  return {
    ...verdict,
    outcome: "pass",
    hold: false,
    toPass: 1,
    reason: `${upTo(verdict.reason, ":")}: as with stable`,
  };
}

const NONE: Counts = { requests: 0, bad: 0 };

function waiting(name: string, verdict: GateVerdict): GateVerdict {
  const reason = verdict.hold ? verdict.reason : `${name}: no data from this step yet`;
  return { ...verdict, outcome: "wait", reason, toPass: 0, candidate: NONE, stable: NONE };
}

interface Counted {
  indicators: Indicator[];
  warmUp: WarmUp;
  begun: BegunCount;
  /** How much of the history they have taken in. */
  seconds: number;
  steps: number;
  first: number | undefined;
  next: number | undefined;
}

function newCount(plan: Plan): Counted {
  const nothing = { indicators: indicatorsOf(plan), begun: newBegunCount() };
  const warmUp = new WarmUp(plan.warmUpSeconds ?? 0);
  return { ...nothing, warmUp, seconds: 0, steps: 0, first: undefined, next: undefined };
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
      while (steps[count.steps] && nth(steps, count.steps).from <= at) {
        count.steps += 1;
        for (const indicator of count.indicators) indicator.beginStep();
      }
      const seen = count.warmUp.take({ epochSecond: at, tracks: told }, candidate, steps[0]?.from ?? at);
      const of = (track: string, { warming }: Indicator) => seenBy(warming, seen(track));
      for (const indicator of count.indicators) {
        // A stack's first release has no other track to be compared with.
        const other = stable === candidate ? undefined : of(stable, indicator);
        if (count.steps === 0) indicator.learn(other);
        else indicator.observe(of(candidate, indicator), other);
      }
    }
    count.next = epochSecond + 1;
  }
  count.seconds = seconds.length;
}
