import { type Action, look, type Seen, wait } from "../action.ts";
import type { RolloutState } from "../state.ts";
import { isCurrent } from "./fresh.ts";

const STALE_MS = 120_000;
const AGAIN_MS = 1_000;

export type CapacityState =
  | { is: "enough" }
  | { is: "busy"; action: Action }
  /** The time to wait is over. `known`: the servers were counted and are too few; else they couldn't be counted. */
  | { is: "lacking"; reason: string; known: boolean };

/**
 * Whether a track has the servers for a share of the traffic. Asks for those that are missing, and waits for them.
 *
 * The stable track has carried all the traffic with the servers that it may have. So no more than these are waited
 * for, and a lack of more never keeps a rollback from it.
 */
export function room(
  state: RolloutState,
  seen: Seen,
  now: number,
  track: string,
  share: number,
): CapacityState {
  const { capacity } = seen;
  const sight = capacity?.track === track && capacity.share === share ? capacity : undefined;
  if (!isCurrent(sight, state, now, STALE_MS)) return busy(look({ at: "capacity", track, share }));
  const { read, error } = sight;
  if (!read) return uncounted(state, sight, now, `the servers of ${track} can't be counted: ${error}`);
  const need = track === state.stable ? Math.min(read.need, read.most) : read.need;
  if (read.healthy >= need) return { is: "enough" };
  const what = `${track} has ${read.healthy} healthy servers of ${need}`;
  if (need > read.most)
    return { is: "lacking", reason: `${what}, and may have no more than ${read.most}`, known: true };
  if (now >= deadlineOf(state)) return { is: "lacking", reason: what, known: true };
  if (mayGrow(state, now)) return busy({ is: "act", act: { do: "grow", track, servers: need } });
  return busy(again(sight, now, what));
}

/** A count that fails is given up sooner than servers that are still starting. */
function uncounted(
  state: RolloutState,
  sight: NonNullable<Seen["capacity"]>,
  now: number,
  reason: string,
): CapacityState {
  const unread = now - (sight.failingSince ?? sight.at) >= state.plan.limits.readSeconds * 1000;
  if (unread || now >= deadlineOf(state)) return { is: "lacking", reason, known: false };
  return busy(again(sight, now, reason));
}

function deadlineOf({ stageAt, frozenUntil, plan }: RolloutState): number {
  return Math.max(stageAt, frozenUntil) + plan.limits.capacitySeconds * 1000;
}

function again({ track, share, at }: NonNullable<Seen["capacity"]>, now: number, why: string): Action {
  return now >= at + AGAIN_MS ? look({ at: "capacity", track, share }) : wait(at + AGAIN_MS, why);
}

/**
 * Servers are asked for at once. If they stay away they are asked for again, at equal parts of the time that they
 * have to come.
 */
function mayGrow({ grown, plan: { limits } }: RolloutState, now: number): boolean {
  if (grown.tries >= limits.attempts) return false;
  return (
    grown.endedAt === undefined ||
    now >= grown.endedAt + (limits.capacitySeconds * 1000) / (limits.attempts + 1)
  );
}

function busy(action: Action): CapacityState {
  return { is: "busy", action };
}
