import { nth, upTo } from "../../infra/sure.ts";
import { together } from "../analysis/analyse.ts";
import type { Counts } from "../analysis/counts.ts";
import { failureText, type GateVerdict } from "../analysis/verdict.ts";
import type { Plan } from "../core/plan.ts";
import type { History, Judge, Verdict } from "../core/verdict.ts";
import { alarmVerdict } from "./gates/alarm-gate.ts";
import type { GateEvidence, Indicator } from "./gates/indicator.ts";
import { indicatorsOf } from "./gates/indicators.ts";
import { convictJoined, sendingBack } from "./gates/joined.ts";
import { sorted } from "./gates/on-fail.ts";
import { type BegunCount, judgeSessions, newBegunCount } from "./gates/sessions-gate.ts";
import { compareCounts } from "./gates/two-counts.ts";
import { seenBy, WarmUp } from "./gates/warm-up.ts";

/**
 * The plan's gates as the controller asks them: errors, slow requests, the error budget's burn rate, the
 * application's counters, and the platform's alarms. When one fails the rollout fails, when one holds it holds, and
 * to pass all must pass. Sessions that begin elsewhere than the split says pass nothing, and pause.
 *
 * What servers answer slowly while they warm up is left out, and judged by itself. Each second is an interval. One without data
 * counts as one without requests. Where the servers' own count comes sooner than the balancer's and the application's, those are
 * judged as they come, at their own pace. The gates keep what they have counted, because a history only grows; when they are asked
 * about another history they begin anew.
 */
export function judgeOf(plan: Plan): Judge {
  let count = newCount(plan);
  return (history) => {
    if (isOther(history, count)) count = newCount(plan, history.late !== undefined);
    const { soon, late } = count;
    takeIn(history, history.seconds, soon);
    if (late) takeIn(history, history.late?.seconds ?? [], late);
    const verdicts: GateEvidence[] = count.indicators.map((indicator) => {
      const isLate = late !== undefined && indicator.late === true;
      const baked = isLate ? history.late?.baked === true : history.baked;
      const begun = (isLate ? late : soon).steps === history.steps.length;
      const verdict = indicator.verdict(baked);
      const { name } = indicator;
      if (verdict.method) return { name, ...verdict, reason: failureText(name, verdict, history) };
      if (indicator.onlyFails && verdict.outcome !== "fail") return { name, ...silent(verdict) };
      // What an earlier step has shown isn't ground to pass this one.
      return { name, ...(begun || verdict.outcome === "fail" ? verdict : waiting(name, verdict)) };
    });
    const alarms = plan.gates.alarms === false ? undefined : alarmVerdict(history);
    const sessions = judgeSessions(history, count.begun);
    const both = compareCounts(history);
    const others = [alarms, sessions?.evidence, both].filter((each) => each !== undefined);
    const all = [...verdicts, ...others];
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
  begun: BegunCount;
  soon: Progress;
  /** Of what comes later, where some comes sooner. */
  late: Progress | undefined;
}

/** How much of a history some indicators have taken in. */
interface Progress {
  indicators: Indicator[];
  /** Those of them that fail a candidate together. */
  joined: Indicator[];
  warmUp: WarmUp;
  seconds: number;
  steps: number;
  first: number | undefined;
  next: number | undefined;
}

function newCount(plan: Plan, twice = false): Counted {
  const indicators = indicatorsOf(plan, twice);
  const progress = (of: Indicator[]): Progress => ({
    indicators: of,
    joined: sendingBack(of, plan.gates.onFail),
    warmUp: new WarmUp(plan.warmUpSeconds ?? 0),
    ...{ seconds: 0, steps: 0, first: undefined, next: undefined },
  });
  const soon = twice ? indicators.filter(({ late }) => !late) : indicators;
  const late = twice ? progress(indicators.filter((each) => each.late)) : undefined;
  return { indicators, begun: newBegunCount(), soon: progress(soon), late };
}

function isOther({ seconds, steps, late }: History, count: Counted): boolean {
  const began = (known: Progress, now: History["seconds"]) =>
    now.length < known.seconds ||
    steps.length < known.steps ||
    (known.first !== undefined && now[0]?.epochSecond !== known.first);
  if ((late !== undefined) !== (count.late !== undefined)) return true;
  return began(count.soon, seconds) || (count.late !== undefined && began(count.late, late?.seconds ?? []));
}

function takeIn({ stable, candidate, steps }: History, seconds: History["seconds"], count: Progress): void {
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
      if (count.steps > 0) convictJoined(count.joined);
    }
    count.next = epochSecond + 1;
  }
  count.seconds = seconds.length;
}
