import type { Outcome, PhaseRecord } from "../core/journal.ts";
import type { RolloutState } from "../core/state.ts";
import type { MetricSecond } from "../core/verdict.ts";
import type { Weights } from "../core/weights.ts";
import type { TrafficShares } from "./shares.ts";

/** How one gate stands: how far on the way to fail and to pass, each from 0 to 1. */
export interface GateBar {
  name: string;
  outcome: "pass" | "fail" | "wait";
  hold: boolean;
  reason: string;
  toFail: number;
  toPass: number;
}

/** A track's traffic over some seconds; undefined where it isn't known. */
export interface TrackView {
  name: string;
  role: "stable" | "candidate" | "";
  perSecond: number | undefined;
  /** Shares from 0 to 1; undefined without requests. */
  errors: number | undefined;
  slow: number | undefined;
}

export interface DrainView {
  track: string;
  /** Until it is left at the latest. */
  leftSeconds: number;
}

export interface StepView {
  weight: number;
  bakeSeconds: number;
  is: "done" | "now" | "next";
}

/** How long a step that bakes still takes. */
export interface TimeLeft {
  /** Until the bake is over. */
  bakeSeconds: number;
  /** Until all gates have decided, at the pace of the step so far; undefined: they come no nearer. */
  gatesSeconds: number | undefined;
  /** Until the rollout pauses, if they haven't. */
  deadlineSeconds: number;
  /** Of the bakes of later steps. */
  laterSeconds: number;
}

/** What a person sees of a rollout at one moment. Plain data. */
export interface StatusView {
  stack: string;
  rollout: string;
  stable: string;
  candidate: string;
  /** The phase of the launch that it begins. */
  phase: PhaseRecord | undefined;
  /** What it is doing, in words. */
  doing: string;
  /** What asks for attention: a pause, a hold, a stop. */
  attention: string | undefined;
  steps: StepView[];
  /** Where the traffic is to be, and where it is; undefined when the balancer can't be read. */
  asked: Weights;
  real: Weights | undefined;
  /** Where the users are meanwhile. */
  shares: TrafficShares;
  /** The track without weight that keeps its sessions. */
  draining: DrainView | undefined;
  /** The answers slower than this are slow, in milliseconds. */
  slowMs: number;
  /** Over how many seconds the tracks' figures are, and how long ago those ended. */
  windowSeconds: number;
  behindSeconds: number;
  /** Why the metrics can't be read now; undefined when they can. */
  unread: string | undefined;
  tracks: TrackView[];
  gates: GateBar[];
  /** Undefined where no bake is under way, or it waits for something else than time and figures. */
  left: TimeLeft | undefined;
  over: boolean;
  /** What became of it; undefined until that is decided. */
  outcome: Outcome | undefined;
}

/** What a view is made of. */
export interface ViewSource {
  stack: string;
  state: RolloutState;
  asked: Weights;
  real: Weights | undefined;
  /** The newest last. */
  seconds: readonly MetricSecond[];
  /** Until when they reach, in milliseconds since the epoch. */
  through: number;
  unread?: string | undefined;
  evidence: unknown;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The gates in a journal entry's or a verdict's evidence; none when it is of another form. */
export function gatesIn(evidence: unknown): GateBar[] {
  const list = Array.isArray(evidence) ? evidence : ((evidence as { gates?: unknown } | null)?.gates ?? []);
  return Array.isArray(list) ? list.flatMap(gateIn) : [];
}

function gateIn(given: unknown): GateBar[] {
  const { outcome, reason, toFail, toPass, hold, ...named } = (given ?? {}) as Record<string, unknown>;
  if (outcome !== "pass" && outcome !== "fail" && outcome !== "wait") return [];
  const text = String(reason ?? "");
  // A reason begins with its indicator: "errors: no data".
  const name = named.name ?? named.indicator ?? named.gate ?? text.split(":", 1)[0];
  return [
    {
      name: String(name),
      outcome,
      hold: hold === true,
      reason: text.startsWith(`${name}: `) ? text.slice(`${name}: `.length) : text,
      toFail: share(toFail),
      toPass: share(toPass),
    },
  ];
}

function share(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(1, value) : 0;
}
