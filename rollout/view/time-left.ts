import { last } from "../../infra/sure.ts";
import { bakedAt, deadlineOf, type RolloutState } from "../core/state.ts";
import { duration } from "./figures.ts";
import type { GateBar, TimeLeft } from "./model.ts";

/**
 * @param through until when the gates' figures reach, in milliseconds since the epoch
 * @returns undefined where no bake is under way, or it waits for something else: a person, a freeze, sessions that are to end
 */
export function timeLeft(
  state: RolloutState,
  gates: readonly GateBar[],
  through: number,
  now: number,
): TimeLeft | undefined {
  const { stage, plan, steps, paused, stopped, draining, held } = state;
  const over = bakedAt(state);
  const waits = paused ?? stopped ?? (held ? "hold" : undefined) ?? (now >= over ? draining : undefined);
  if (stage.at !== "bake" || waits !== undefined) return undefined;
  const seenSeconds = steps.length > 0 ? (through - last(steps).from) / 1000 : 0;
  const lateSeconds = Math.max(0, now - through) / 1000;
  const all = gates.map((gate) => untilPassed(gate, seenSeconds, now < over));
  const gatesSeconds = all.includes(undefined)
    ? undefined
    : Math.max(0, ...all.map((each) => (each ?? 0) - lateSeconds));
  const later = plan.steps.slice(stage.step + 1).reduce((sum, { bakeSeconds }) => sum + bakeSeconds, 0);
  return {
    bakeSeconds: secondsFrom(now, over),
    gatesSeconds: gatesSeconds && Math.ceil(gatesSeconds),
    deadlineSeconds: secondsFrom(now, deadlineOf(state)),
    laterSeconds: later,
  };
}

function secondsFrom(now: number, until: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/** Sooner a pace is chance. */
const PACE_SECONDS = 10;

/** Evidence grows with the requests: what a part of it took tells what the rest takes. */
function untilPassed({ outcome, toPass, hold }: GateBar, seen: number, bakes: boolean): number | undefined {
  if (outcome === "pass") return 0;
  if (outcome === "fail" || hold) return undefined;
  if (toPass >= 1) return bakes ? 0 : undefined;
  return toPass > 0 && seen >= PACE_SECONDS ? seen * (1 / toPass - 1) : undefined;
}

/** Such as `, 12 min left, 3 h 20 min to the end of the last`. */
export function leftText(left: TimeLeft | undefined): string {
  if (!left) return "";
  const { bakeSeconds, gatesSeconds, deadlineSeconds, laterSeconds } = left;
  const pauses = `it pauses in ${duration(deadlineSeconds)}`;
  if (gatesSeconds === undefined)
    return bakeSeconds > 0 ? `, ${duration(bakeSeconds)} left of the bake` : `, no end in sight: ${pauses}`;
  if (gatesSeconds > deadlineSeconds)
    return `, the gates need some ${duration(gatesSeconds)} at this traffic: ${pauses}`;
  const step =
    gatesSeconds > bakeSeconds
      ? `some ${duration(gatesSeconds)} left at this traffic`
      : `${duration(bakeSeconds)} left`;
  const all = Math.max(bakeSeconds, gatesSeconds) + laterSeconds;
  return `, ${step}${laterSeconds > 0 ? `, ${duration(all)} to the end of the last` : ""}`;
}
