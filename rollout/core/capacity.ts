import { type Action, look, type Seen, wait } from "./action.ts";
import type { RolloutState } from "./state.ts";

const STALE_MS = 120_000;
const AGAIN_MS = 1_000;

export type Room =
  | { is: "enough" }
  | { is: "busy"; action: Action }
  /** The time for it is over. `known`: whether it was seen to be too little, or couldn't be seen. */
  | { is: "lacking"; reason: string; known: boolean };

/** Whether a track has the servers for a share of the traffic; asks for those that are missing, and waits for them. */
export function room(state: RolloutState, seen: Seen, now: number, track: string, share: number): Room {
  const { limits } = state.plan;
  const sight = seen.capacity;
  const mine = sight && sight.track === track && sight.share === share && sight.length === state.length;
  if (!mine || now - sight.at > STALE_MS) return busy(look({ at: "capacity", track, share }));
  if (sight.read?.enough) return { is: "enough" };
  const what = sight.read
    ? `${track} has ${sight.read.healthy} healthy servers of ${sight.read.need}`
    : `the servers of ${track} can't be counted: ${sight.error}`;
  const deadline = Math.max(state.stageAt, state.frozenUntil) + limits.capacitySeconds * 1000;
  // What can't be read isn't waited for as long as servers that are starting.
  const unread = !sight.read && now - (sight.failingSince ?? sight.at) >= limits.readSeconds * 1000;
  if (unread || now >= deadline) return { is: "lacking", reason: what, known: sight.read !== undefined };
  if (sight.read && mayGrow(state, now)) {
    return busy({ is: "act", act: { do: "grow", track, servers: sight.read.need } });
  }
  const again = look({ at: "capacity", track, share });
  return busy(now >= sight.at + AGAIN_MS ? again : wait(sight.at + AGAIN_MS, what));
}

/** Asked for once; once more each time the servers have had a fair part of the time to come. */
function mayGrow({ grown, plan: { limits } }: RolloutState, now: number): boolean {
  if (grown.tries >= limits.attempts) return false;
  return (
    grown.endedAt === undefined ||
    now >= grown.endedAt + (limits.capacitySeconds * 1000) / (limits.attempts + 1)
  );
}

function busy(action: Action): Room {
  return { is: "busy", action };
}
