import { milliseconds } from "../../infra/settings/duration.ts";
import type { Profile, Thresholds } from "./profile/schema.ts";
import { mostUsers } from "./profile/stages.ts";
import type { Level, Rating, Second } from "./result.ts";
import { percentile } from "./tally.ts";
import type { WritesFound } from "./writes/found.ts";

export const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/**
 * Every threshold of a profile, each judged by what was measured.
 *
 * @param carried the most users at once that were served as the thresholds accept
 */
export function verdictsOf(profile: Profile, timeline: readonly Second[], carried: number): Rating[] {
  const { thresholds } = profile;
  const { requests, responseMs, successPercent } = measured(timeline, thresholds);
  return [
    responseVerdict(thresholds.response, responseMs),
    successVerdict(thresholds.success, successPercent, requests),
    usersVerdict(thresholds.users, carried, mostUsers(profile.stages)),
  ];
}

/** What a stretch of the run comes to. The figure of right answers alone: the others are judged by the success. */
export function measured(seconds: readonly Second[], { response }: Thresholds) {
  const latencies = Float64Array.from(seconds.flatMap((each) => each.latencies)).sort();
  const requests = seconds.reduce((sum, { due }) => sum + due, 0);
  return {
    requests,
    responseMs: latencies.length > 0 ? percentile(latencies, SHARES[response.of]) : null,
    successPercent: requests > 0 ? (100 * latencies.length) / requests : null,
  };
}

/** Whether a stretch is at least acceptable: what the launch's plan calls better than 5 s and more than 90 %. */
export function acceptable(seconds: readonly Second[], thresholds: Thresholds): boolean {
  const { responseMs, successPercent } = measured(seconds, thresholds);
  return [
    responseLevel(thresholds.response, responseMs),
    successLevel(thresholds.success, successPercent),
  ].every((level) => level === "target" || level === "acceptable");
}

export function failing(level: Level): boolean {
  return level === "below" || level === "critical";
}

function responseLevel(at: Thresholds["response"], value: number | null): Level {
  if (value === null || value > milliseconds(at.critical)) return "critical";
  if (value < milliseconds(at.target)) return "target";
  return value < milliseconds(at.acceptable) ? "acceptable" : "below";
}

function successLevel(at: Thresholds["success"], value: number | null): Level {
  if (value === null || value < at.critical) return "critical";
  if (value > at.target) return "target";
  return value > at.acceptable ? "acceptable" : "below";
}

function responseVerdict(at: Thresholds["response"], value: number | null): Rating {
  const figure = value === null ? "no right answer at all" : `${at.of} ${timeText(value)}`;
  const text = `${figure} (target < ${at.target}, acceptable < ${at.acceptable}, critical > ${at.critical})`;
  return { threshold: "response", level: responseLevel(at, value), measured: value, text };
}

function successVerdict(at: Thresholds["success"], value: number | null, requests: number): Rating {
  const figure = value === null ? "no request was due" : `${value.toFixed(2)} % of ${requests} requests`;
  const text = `${figure} (target > ${at.target} %, acceptable > ${at.acceptable} %, critical < ${at.critical} %)`;
  return { threshold: "success", level: successLevel(at, value), measured: value, text };
}

/** A profile with few users that were all served says nothing of more: that is no failure, and no success. */
function usersVerdict(at: Thresholds["users"], carried: number, asked: number): Rating {
  const all = carried >= asked;
  const level =
    carried >= at.target
      ? "target"
      : carried >= at.acceptable
        ? "acceptable"
        : all
          ? "untested"
          : carried >= at.critical
            ? "below"
            : "critical";
  const figure = all ? `${carried} at once, all that came` : `${carried} of ${asked} at once`;
  const text = `${figure} (target ${at.target}, acceptable ${at.acceptable}, critical < ${at.critical})`;
  return { threshold: "users", level, measured: carried, text };
}

/** None may be lost that was acknowledged, and none done twice. What nobody can tell is no success. */
export function writesVerdict({ journey, sent, acknowledged, unknown, ...found }: WritesFound): Rating {
  const { lost, doubled, unanswered, unansweredThere } = found;
  if (unknown !== undefined) {
    const text = `${journey}: ${acknowledged} of ${sent} acknowledged, and nobody can tell what is there: ${unknown}`;
    return { threshold: "writes", level: "critical", measured: null, text };
  }
  const bad = lost.length + doubled.length;
  const text =
    `${journey}: ${acknowledged} of ${sent} acknowledged, ${named(lost)} lost, ${named(doubled)} done twice; ` +
    `${unanswered} not acknowledged, of which ${unansweredThere} were done (target 0 lost, 0 done twice)`;
  return { threshold: "writes", level: bad === 0 ? "target" : "critical", measured: bad, text };
}

/** How many, and the first of them. */
function named(numbers: readonly number[]): string {
  const first = numbers.slice(0, 5).join(", ");
  return numbers.length === 0 ? "0" : `${numbers.length} (${first}${numbers.length > 5 ? ", ..." : ""})`;
}

export function timeText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
