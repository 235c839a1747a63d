import type { GateVerdict } from "./verdict.ts";

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
