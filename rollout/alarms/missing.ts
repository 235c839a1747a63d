import type { AlarmState, MissingData } from "./model.ts";

export type Point = "ok" | "breach" | "missing";

export interface Rules {
  /** N */
  evaluationPeriods: number;
  /** M */
  datapointsToAlarm: number;
  missing: MissingData;
}

/**
 * How many data points CloudWatch looks at in case some are missing. AWS says only that there are more than N and shows 5
 * for an N of 3, at any M ("How alarm state is evaluated when data is missing"): so two more than N.
 */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + 2;
}

/**
 * The state that data points give, by the rules and tables of the CloudWatch User Guide, "Configuring how CloudWatch alarms
 * treat missing data".
 *
 * @param newestFirst as many as {@link evaluationRange}
 * @returns `retain` where the alarm stays in whatever state it has
 */
export function stateOf(newestFirst: readonly Point[], rules: Rules): AlarmState | "retain" {
  const { evaluationPeriods: n, datapointsToAlarm: m, missing } = rules;
  const real = newestFirst.filter((point) => point !== "missing");
  const used = real.slice(0, n);
  const breaching = used.filter((point) => point === "breach").length;
  const filled = n - used.length;
  if (missing === "breaching") return breaching + filled >= m ? "ALARM" : "OK";
  if (breaching >= m) return "ALARM";
  if (filled === 0 || missing === "notBreaching") return "OK";
  if (real.length === 0) return missing === "missing" ? "INSUFFICIENT_DATA" : "retain";
  if (isPremature(newestFirst, m)) return missing === "missing" ? "ALARM" : "retain";
  return "OK";
}

/**
 * CloudWatch User Guide, "Avoiding premature transitions to alarm state". Whatever M is, the alarm goes off when the
 * oldest breaching point is at least M old and every newer point breaches or is missing. One point that doesn't
 * breach prevents this, wherever it is: so say the tables there (`0 - X - -`).
 */
function isPremature(newestFirst: readonly Point[], m: number): boolean {
  return !newestFirst.includes("ok") && newestFirst.lastIndexOf("breach") + 1 >= m;
}
