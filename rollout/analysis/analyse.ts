import type { Counts, Interval } from "./counts.ts";
import { learn, newGate, observe } from "./gate.ts";
import type { GateSettings } from "./settings.ts";
import { type GateVerdict, verdictOf } from "./verdict.ts";

/** The verdict on a whole sequence of intervals, from nothing. A fold of `observe`: the same sequence, the same verdict. */
export function analyse(
  settings: Partial<GateSettings>,
  intervals: Iterable<Interval>,
  { before = [], baked = true }: { before?: Iterable<Counts>; baked?: boolean } = {},
): GateVerdict {
  const gate = newGate(settings);
  for (const stable of before) learn(gate, stable);
  for (const interval of intervals) observe(gate, interval);
  return verdictOf(gate, baked);
}

type Outcome = Pick<GateVerdict, "outcome" | "hold" | "reason">;

/** All indicators together: one failure fails, a hold holds, and to pass all must. */
export function together(verdicts: readonly Outcome[]): Outcome {
  const first =
    verdicts.find(({ outcome }) => outcome === "fail") ??
    verdicts.find(({ hold }) => hold) ??
    verdicts.find(({ outcome }) => outcome === "wait");
  if (first) return { outcome: first.outcome, hold: first.hold, reason: first.reason };
  if (verdicts.length === 0) return { outcome: "wait", hold: false, reason: "no indicator" };
  return { outcome: "pass", hold: false, reason: verdicts.map(({ reason }) => reason).join("; ") };
}

/** The settings of several indicators that share one false-alarm rate: each gets its part (Bonferroni). */
export function shareFalseAlarm<Settings extends { falseAlarm: number }>(
  settings: readonly Settings[],
): Settings[] {
  return settings.map((one) => ({ ...one, falseAlarm: one.falseAlarm / settings.length }));
}
