import { given, last } from "../../../infra/sure.ts";
import type { JournalEntry, PhaseRecord } from "../../core/journal.ts";
import { replay } from "../../core/replay.ts";
import type { MetricSecond } from "../../core/verdict.ts";
import { type GateBar, gatesIn } from "../../view/model.ts";
import { type Fact, from } from "../fact.ts";
import { type Exposure, stretchesIn } from "./exposure.ts";

export interface Failed {
  track: string;
  requests: number;
  errors: number;
  slow: number;
}

/** What a rollout's journal and its figures say for sure of how it went. Times in milliseconds. */
export interface Postmortem {
  stack: string;
  rollout: string;
  stable: string;
  candidate: string;
  phase: PhaseRecord | undefined;
  /** As the journal has it, or that it is under way. */
  outcome: string;
  reason: string;
  begunAt: number;
  /** Which share of the users was on the candidate, and when; the last ends with the journal when users are still on it. */
  exposure: Exposure[];
  /** From the candidate's first user to its last. */
  impact: Fact<{ tracks: Failed[]; firstErrorAt: number | undefined }>;
  /** The first word against going on, and who said it. */
  detected: { at: number; by: "the gates" | "a person" | "the controller"; reason: string } | undefined;
  /** When all traffic was read back at the stable track, after that. */
  recoveredAt: number | undefined;
  decisions: { at: number; kind: "passed" | "hold" | "rollback"; reason: string; gates: GateBar[] }[];
  slowMs: number;
  entries: readonly JournalEntry[];
}

/**
 * @param entries of this one rollout, as `rolloutsIn` gives them
 * @param seconds from its begin on
 */
export function postmortemOf(
  stack: string,
  entries: readonly JournalEntry[],
  seconds: Fact<readonly MetricSecond[]>,
): Postmortem {
  const state = given(replay(entries), "rollout in the journal");
  const { rollout, stable, candidate, phase, outcome, stopped, stage, plan } = state;
  const exposure = stretchesIn(entries, candidate, stable);
  const detected = detectedIn(entries, exposure[0]?.from);
  const recovered = entries.find(
    (entry) =>
      entry.kind === "verified" &&
      detected &&
      entry.at >= detected.at &&
      (entry.weights[stable] ?? 0) === 100,
  );
  return {
    stack,
    rollout,
    stable,
    candidate,
    phase,
    outcome: stopped !== undefined ? "stopped" : (outcome?.is ?? "under way"),
    reason: stopped ?? outcome?.reason ?? stage.at,
    begunAt: state.begunAt,
    exposure,
    impact: from(seconds, (known) => impactOf(known, exposure)),
    detected,
    recoveredAt: recovered?.at,
    decisions: entries.flatMap((entry) =>
      entry.kind === "passed" || entry.kind === "hold" || entry.kind === "rollback"
        ? [{ at: entry.at, kind: entry.kind, reason: entry.reason, gates: gatesIn(entry.evidence) }]
        : [],
    ),
    slowMs: plan.gates.p95Ms,
    entries,
  };
}

function detectedIn(entries: readonly JournalEntry[], since = 0): Postmortem["detected"] {
  const asked = entries.find((entry) => entry.kind === "command" && entry.command === "rollback");
  const first = entries.find(
    ({ kind, at }) => at >= since && (kind === "rollback" || kind === "hold" || kind === "stopped"),
  ) as (JournalEntry & { kind: "rollback" | "hold" | "stopped" }) | undefined;
  if (asked && (!first || asked.at <= first.at))
    return { at: asked.at, by: "a person", reason: first?.reason ?? "a rollback was asked for" };
  if (!first) return undefined;
  const by =
    gatesIn("evidence" in first ? first.evidence : undefined).length > 0 ? "the gates" : "the controller";
  return { at: first.at, by, reason: first.reason };
}

/** Whole seconds in which somebody was, or may have been, on the candidate. */
function impactOf(
  seconds: readonly MetricSecond[],
  exposure: readonly Exposure[],
): Fact<{ tracks: Failed[]; firstErrorAt: number | undefined }> {
  const first = exposure[0];
  if (!first) return { tracks: [], firstErrorAt: undefined };
  const own = seconds.filter(
    ({ epochSecond }) => epochSecond * 1000 > first.from - 1000 && epochSecond * 1000 < last(exposure).to,
  );
  if (own.length === 0) return { unknown: "there are no figures of that time" };
  const tracks = new Map<string, Failed>();
  for (const { tracks: counts } of own)
    for (const [track, { requests, errors, slow }] of Object.entries(counts)) {
      const known = tracks.get(track) ?? { track, requests: 0, errors: 0, slow: 0 };
      tracks.set(track, {
        track,
        requests: known.requests + requests,
        errors: known.errors + errors,
        slow: known.slow + slow,
      });
    }
  const bad = own.find(({ tracks: counts }) => (counts[first.track]?.errors ?? 0) > 0);
  return {
    tracks: [...tracks.values()].toSorted((a, b) => (a.track < b.track ? -1 : 1)),
    firstErrorAt: bad && bad.epochSecond * 1000,
  };
}
