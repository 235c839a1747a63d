import { together } from "../analysis/analyse.ts";
import type { Counts } from "../analysis/counts.ts";
import { beginStep, type Gate, learn, newGate, observe } from "../analysis/gate.ts";
import { verdictOf } from "../analysis/verdict.ts";
import type { Plan } from "../core/plan.ts";
import type { History, Judge, MetricSecond, TrackCounts } from "../core/verdict.ts";

/** What is counted as bad, and the share of it that is within the objective. */
interface Indicator {
  name: string;
  objective: number;
  bad: (counts: TrackCounts) => number;
}

/** The false alarms that a whole rollout may have, all indicators together. */
const FALSE_ALARM = 0.01;

/**
 * The gates of a plan as the controller asks them: failed requests, and requests slower than the limit (95 % must be
 * faster, so 5 % may be slow). Keeps what it has counted and takes in only what is new, so it judges one rollout's
 * growing history; a restart begins with a new judge and the whole history, and comes to the same.
 */
export function judgeOf(plan: Plan): Judge {
  const indicators: Indicator[] = [
    { name: "errors", objective: plan.gates.errorRate, bad: ({ errors }) => errors },
    { name: "slow requests", objective: 0.05, bad: ({ slow }) => slow },
  ];
  const gates = indicators.map(({ name, objective }) =>
    newGate({
      indicator: name,
      objective,
      falseAlarm: FALSE_ALARM / indicators.length,
      minRequests: plan.gates.minRequests,
      horizonSeconds: horizon(plan),
    }),
  );
  const place: Place = { index: 0, second: undefined, steps: 0 };
  return (history) => {
    takeIn(
      history,
      place,
      (second) => {
        for (const [i, gate] of gates.entries())
          takeSecond(gate, indicators[i]!, history, second, place.steps > 0);
      },
      () => gates.forEach(beginStep),
    );
    const verdicts = gates.map((gate) => verdictOf(gate, history.baked));
    return { ...together(verdicts), evidence: verdicts };
  };
}

/** How far the history is taken in. */
interface Place {
  index: number;
  /** The next second to take. */
  second: number | undefined;
  steps: number;
}

/** Each second once, in order; one that is missing counts as one without requests. */
function takeIn(
  { seconds, steps }: History,
  place: Place,
  take: (second: MetricSecond) => void,
  begin: () => void,
): void {
  for (; place.index < seconds.length; place.index += 1) {
    const next = seconds[place.index]!;
    place.second ??= next.epochSecond;
    while (place.second <= next.epochSecond) {
      const at: number = place.second;
      while (place.steps < steps.length && steps[place.steps]!.from <= at) {
        place.steps += 1;
        begin();
      }
      take(at === next.epochSecond ? next : { epochSecond: at, tracks: {} });
      place.second = at + 1;
    }
  }
}

function takeSecond(
  gate: Gate,
  { bad }: Indicator,
  history: History,
  { tracks }: MetricSecond,
  watched: boolean,
): void {
  const counts = (track: string): Counts => {
    const found = tracks[track];
    return found ? { requests: found.requests, bad: bad(found) } : { requests: 0, bad: 0 };
  };
  // A stack's first release has no stable traffic to be compared with.
  const first = history.stable === history.candidate;
  const stable = first ? { requests: 0, bad: 0 } : counts(history.stable);
  if (watched) observe(gate, { candidate: counts(history.candidate), stable });
  else learn(gate, stable);
}

/** As long as the gates may be asked: all bakes and what they may wait for data. */
function horizon({ steps }: Plan): number {
  return steps.reduce((sum, { bakeSeconds, graceSeconds }) => sum + bakeSeconds + graceSeconds, 0) || 1;
}
