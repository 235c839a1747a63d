import { type Comparison, type FigureDifference, METHOD } from "../compare.ts";
import { timeText } from "../judge.ts";
import type { Progress } from "../play.ts";
import { mostUsers } from "../profile/stages.ts";
import { type LoadRun, outcomeOf } from "../result.ts";

/** One line while the load runs. */
export function progressText({ seconds, ofSeconds, users, requests, lost, inFlight, p95 }: Progress): string {
  const latency = p95 === null ? "" : `, p95 ${timeText(p95)}`;
  return `${Math.round(seconds)} of ${Math.round(ofSeconds)} s: ${users} users, ${requests} requests, ${lost} failed, ${inFlight} open${latency}`;
}

/** The outcome for a terminal. */
export function runText(run: LoadRun, comparison: Comparison | undefined): string {
  const { p50, p95, p99, most } = run.response;
  const times = { p50, p95, p99, most };
  return [
    `${outcomeOf(run).replace("failed", "FAILED")}: profile ${run.profile.name} (${mostUsers(run.profile.stages)} users, ${run.seconds.toFixed(0)} s) on ${run.url}`,
    ...run.verdicts.map(
      ({ threshold, level, text }) => `  ${threshold.padEnd(9)} ${level.padEnd(10)} ${text}`,
    ),
    `  right answers: ${Object.entries(times)
      .map(([name, value]) => `${name} ${value === null ? "-" : timeText(value)}`)
      .join(", ")}`,
    ...Object.entries(run.reasons)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => `  ${count} x ${reason}`),
    ...remarksOf(run).map((line) => `  ${line}`),
    ...(comparison ? comparisonLines(comparison) : []),
    "",
  ].join("\n");
}

/** What a reader must know before believing the figures. */
export function remarksOf({ generator, interrupted, requests }: LoadRun): string[] {
  const { fellBehind, lagP99, lagMost, unsent } = generator;
  return [
    ...(interrupted ? ["It was interrupted: this is what there is of it."] : []),
    ...(fellBehind
      ? [
          `The load itself fell behind: one request in a hundred left ${timeText(lagP99)} late or more (at most ${timeText(lagMost)}). The latencies hold that delay, which isn't the service's.`,
        ]
      : []),
    ...(unsent > 0
      ? [`${unsent} requests were due and not sent, as too many were open: they count as failed.`]
      : []),
    ...(requests < 100
      ? [`With ${requests} requests, one is ${(100 / Math.max(1, requests)).toFixed(1)} %.`]
      : []),
  ];
}

export function comparisonLines({ before, unlike, differences }: Comparison): string[] {
  return [
    `  compared with the run of ${before}${unlike.length > 0 ? ` (hardly alike: ${unlike.join(", ")})` : ""}`,
    ...(differences.length > 0
      ? differences.map((each) => `    ${differenceText(each)}`)
      : ["    one of them is too short to tell its own noise"]),
    `    (${METHOD})`,
  ];
}

export function differenceText({ figure, before, now, change, interval, says }: FigureDifference): string {
  const [low, high] = interval;
  if (figure === "success")
    return `success ${before.toFixed(2)} % to ${now.toFixed(2)} %, ${signed(change)} points (${signed(low)} to ${signed(high)}): ${says}`;
  return `${figure} ${timeText(before)} to ${timeText(now)}, ${change.toFixed(2)} times (${low.toFixed(2)} to ${high.toFixed(2)}): ${says}`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
}
