import type { Clock } from "../../clock.ts";
import { next } from "../../core/controller.ts";
import { replay } from "../../core/replay.ts";
import { isSteeringOnly } from "../../core/stages.ts";
import type { RolloutState } from "../../core/state.ts";
import { Held } from "../../platforms/held.ts";
import type { JournalStore } from "../../platforms/platform.ts";

export interface ControllerService {
  journal: JournalStore;
  /** Takes a rollout up, and comes back when it is over or as `leave` says. */
  drive(leave: (state: RolloutState) => boolean): Promise<unknown>;
  clock: Clock;
  say: (line: string) => void;
  /** Ends the service between two rollouts. */
  signal?: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Takes up every rollout whose candidate is up, for as long as it lasts. What it does next it reads from the journal, so it may
 * be killed at any moment; no failure ends it.
 */
export async function serve(service: ControllerService): Promise<void> {
  const { clock, signal, say } = service;
  let trouble = "";
  while (!signal?.aborted) {
    try {
      await serveOnce(service);
      trouble = "";
    } catch (error) {
      const { message } = error as Error;
      // Somebody else drives it, or asks who does: that is as good.
      if (!(error instanceof Held) && message !== trouble) say(message);
      if (!(error instanceof Held)) trouble = message;
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}

/** Drives what is due, if anything is. */
export async function serveOnce({ journal, drive, clock }: Omit<ControllerService, "say">): Promise<boolean> {
  const { entries } = await journal.read();
  const state = replay(entries);
  const last = entries.at(-1);
  // By the rollout's time: an earlier run may have had another clock.
  if (last) clock.goOn?.(last.at, last.mark);
  if (!state || !isDue(state, clock.now())) return false;
  await drive((now) => !isSteeringOnly(now) || isResting(now, clock.now()));
  return true;
}

/**
 * Whether a controller that can only steer has something to do: not before the candidate is up, and not while a person is to
 * decide.
 */
export function isDue(state: RolloutState, now: number): boolean {
  return isSteeringOnly(state) && next(state, {}, now).is !== "leave" && !isResting(state, now);
}

/** Only the time of the idle track's servers runs: whoever begins another rollout meanwhile must find nobody in his way. */
function isResting(state: RolloutState, now: number): boolean {
  return state.stage.at === "keep" && now < state.stage.since + state.plan.limits.keepSeconds * 1000;
}
