import { nth } from "../../infra/sure.ts";
import { ONE_WAY } from "../core/next/person.ts";
import { bakedAt, drainOf, type RolloutState } from "../core/state.ts";
import { type MetricSecond, secondsSince } from "../core/verdict.ts";
import { duration } from "./figures.ts";
import {
  type DrainView,
  gatesIn,
  type StatusView,
  type StepView,
  type TrackView,
  type ViewSource,
} from "./model.ts";
import { trafficShares } from "./shares.ts";
import { timeLeft } from "./time-left.ts";

/** Figures that come late come by the minute. */
const WINDOW_SECONDS = { live: 10, late: 60 };
const LATE_SECONDS = 60;
/** Fewer requests wouldn't tell a share from chance. */
const SHARE_SECONDS = 60;
/** What is older says nothing of now: the run doesn't decide by it either. */
const STALE_SECONDS = 300;

/** Puts together what a person sees. */
export function statusView(seen: ViewSource): StatusView {
  const { stack, state, asked, real, seconds, through, unread, evidence, now } = seen;
  const { rollout, stable, candidate, plan, phase } = state;
  const names = [...new Set([stable, candidate, ...Object.keys(asked), ...Object.keys(real ?? {})])].sort();
  const behindSeconds = Math.max(0, Math.round((now - through) / 1000));
  const windowSeconds = behindSeconds < LATE_SECONDS ? WINDOW_SECONDS.live : WINDOW_SECONDS.late;
  const isKnown = behindSeconds < STALE_SECONDS;
  const window = isKnown ? secondsSince(seconds, through / 1000 - windowSeconds) : undefined;
  const lastMinute = isKnown ? secondsSince(seconds, through / 1000 - SHARE_SECONDS) : [];
  const gates = gatesIn(evidence);
  return {
    stack,
    rollout,
    stable,
    candidate,
    phase,
    doing: doing(state, now),
    attention:
      [attention(state, now), state.oneWay && state.stage.at !== "ended" && ONE_WAY]
        .filter(Boolean)
        .join("; ") || undefined,
    steps: plan.steps.map(({ weight, bakeSeconds }, index) => ({
      weight,
      bakeSeconds,
      is: placeOf(state, index),
    })),
    asked,
    real,
    shares: trafficShares(splitSeconds(state, seconds), lastMinute, candidate, asked),
    draining: drainView(state, now),
    slowMs: plan.gates.p95Ms,
    windowSeconds,
    behindSeconds,
    unread,
    tracks: names.map((name) => trackView(name, state, windowSeconds, window)),
    gates,
    left: timeLeft(state, gates, through, now),
    over: state.stage.at === "ended" || state.stopped !== undefined,
    outcome: state.stopped === undefined ? state.outcome?.is : undefined,
  };
}

function doing(state: RolloutState, now: number): string {
  const { stage, plan, candidate, stable, outcome } = state;
  switch (stage.at) {
    case "clear":
      return `taking all traffic to ${stable}`;
    case "backup":
      return "backing up the database";
    case "migrate":
      return "migrating the database";
    case "deploy":
      return `deploying ${candidate} without traffic`;
    case "smoke":
      return `smoke-testing ${candidate}`;
    case "shift":
      return `shifting ${nth(plan.steps, stage.step).weight} % to ${candidate}`;
    case "bake":
      if (now < bakedAt(state)) return `baking at ${nth(plan.steps, stage.step).weight} %`;
      return state.draining !== undefined
        ? `baked at ${nth(plan.steps, stage.step).weight} %, until the last sessions of ${state.draining} have ended`
        : `baked at ${nth(plan.steps, stage.step).weight} %, the gates are to decide`;
    case "promote":
      return `making ${candidate} the stable track`;
    case "return":
    case "unpromote":
      return `rolling back to ${stable}`;
    case "keep": {
      const left = (stage.since + plan.limits.keepSeconds * 1000 - now) / 1000;
      const idle = outcome?.is === "promoted" ? stable : candidate;
      return `${outcome?.is ?? "over"}; the servers of ${idle} stay another ${duration(left)}`;
    }
    case "contract":
      return `promoted; taking out of the database what ${stable} needed`;
    case "over":
      return `${outcome?.is ?? "over"}; draining`;
    case "ended":
      return `${outcome?.is ?? "over"}: ${outcome?.reason ?? ""}`;
  }
}

function attention(
  { stopped, paused, held, frozenUntil, stage }: RolloutState,
  now: number,
): string | undefined {
  if (stage.at === "ended") return undefined;
  if (stopped !== undefined) return `stopped, a person must decide: ${stopped}`;
  if (paused) return `${held ? "hold: both tracks are sick; " : ""}paused: ${paused.reason}`;
  if (held) return "hold: both tracks are sick";
  const waits = frozenUntil > now && stage.at !== "return" && stage.at !== "unpromote";
  return waits ? `frozen until ${new Date(frozenUntil).toISOString()}` : undefined;
}

function drainView(state: RolloutState, now: number): DrainView | undefined {
  const { until } = drainOf(state) ?? {};
  if (state.draining === undefined || until === undefined) return undefined;
  return { track: state.draining, leftSeconds: Math.max(0, Math.ceil((until - now) / 1000)) };
}

function placeOf({ stage, outcome, steps }: RolloutState, index: number): StepView["is"] {
  const now = stage.at === "bake" || stage.at === "shift" ? stage.step : undefined;
  if (now !== undefined) return index < now ? "done" : index === now ? "now" : "next";
  if (outcome?.is === "promoted" || stage.at === "promote") return "done";
  return index < steps.length - 1 ? "done" : "next";
}

/** Those of the split that holds now. */
function splitSeconds({ splits }: RolloutState, seconds: readonly MetricSecond[]): readonly MetricSecond[] {
  const split = splits.at(-1);
  if (!split || split.until !== undefined) return [];
  return secondsSince(seconds, split.from / 1000);
}

/** @param window the seconds that the figures are over; undefined when none are known */
function trackView(
  name: string,
  { stable, candidate }: RolloutState,
  windowSeconds: number,
  window: readonly MetricSecond[] | undefined,
): TrackView {
  const counts = (window ?? []).flatMap(({ tracks }) => tracks[name] ?? []);
  const sum = (of: "requests" | "errors" | "slow") => counts.reduce((total, each) => total + each[of], 0);
  const requests = sum("requests");
  const part = (count: number) => (requests > 0 ? count / requests : undefined);
  return {
    name,
    role: name === stable ? "stable" : name === candidate ? "candidate" : "",
    perSecond: window && requests / windowSeconds,
    errors: part(sum("errors")),
    slow: part(sum("slow")),
  };
}
