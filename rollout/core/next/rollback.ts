import { type Action, look, note, type Seen, stop } from "../action.ts";
import { anyDrain, isKnown } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { only, sameWeights, shareOf, weightsText } from "../weights.ts";
import { bring, rest } from "./bring.ts";
import { room } from "./capacity.ts";
import { isCurrent } from "./fresh.ts";
import { sick } from "./sick.ts";

const STALE_MS = 10_000;

/**
 * The way back: stable gets the servers, then all the traffic, then the weights are read back. Neither a freeze nor a
 * pause holds it. When the weights can't be verified, it stops and pages: at once where users may still be on the candidate.
 */
export function goBack(before: RolloutState, seen: Seen, now: number): Action {
  const state = overDrift(before);
  if (state.stage.at === "unpromote") return unpromote(state, now);
  const weights = only(state.stable);
  const act = { do: "weights-now", weights } as const;
  const untouched = state.tries === 0 && state.doneAt === undefined;
  // With users on the candidate every second counts: the balancer alone is looked at, and everything is read afterwards.
  if (untouched && state.steps.length > 0) {
    const before = first(state, seen, now);
    if (before) return before;
    if (!seen.real?.read || !sameWeights(seen.real.read, weights)) return { is: "act", act };
  }
  const brought = bring(trusting(state, seen), seen, now, weights, act);
  switch (brought.is) {
    case "there":
      return note({ kind: "verified", weights });
    case "busy":
      return brought.action;
    case "spent":
      // Users are where they belong, only config or state can't be written for the moment, as on a full disk: that may pass.
      if (isBack(state, seen) && now < state.stageAt + state.plan.limits.verifySeconds * 1000)
        return { is: "act", act };
      return stop(`the rollback can't be verified: ${brought.reason}${realText(seen)}`);
    case "due":
      return ready(state, seen, now) ?? { is: "act", act };
  }
}

/**
 * A candidate that got sick while a person was to decide about a drift: stable gets what the two of them had. Where somebody
 * had moved users to a third track, nobody takes them from it unasked.
 */
function overDrift(state: RolloutState): RolloutState {
  const { drift, stable, candidate, known } = state;
  if (!drift || shareOf(drift.real, stable) + shareOf(drift.real, candidate) < 100) return state;
  return { ...state, known: [...(known ?? []), drift.real] };
}

/** What is still to be looked at, or stops the rollback, before the traffic moves; undefined when nothing is. */
function first(state: RolloutState, seen: Seen, now: number): Action | undefined {
  const sight = seen.real;
  if (!isCurrent(sight, state, now, STALE_MS)) return look({ at: "real" });
  // An unreadable balancer doesn't keep us from sending it the right weights.
  const isBack = sight.read && sameWeights(sight.read, only(state.stable));
  if (sight.read && !isBack && !state.forced && !isKnown(sight.read, state.known)) {
    return stop(`the rollback found other weights on the balancer: ${weightsText(sight.read)}`);
  }
  return ready(state, seen, now);
}

/** Whether stable can take the traffic. */
function ready(state: RolloutState, seen: Seen, now: number): Action | undefined {
  const { stable, weights, known } = state;
  const space = room(state, seen, now, stable, 100);
  if (space.is === "enough") return sick(state, seen, now);
  if (space.is === "busy") return space.action;
  // Servers that can't be counted but carry most of the traffic anyway are better than a candidate known to be sick.
  const carries = [weights, ...(known ?? [])].every((each) => each && shareOf(each, stable) >= 50);
  if (!space.known && carries) return undefined;
  return stop(`the rollback would overload stable: ${space.reason}`);
}

/**
 * After an emergency any weights in config and state are accepted. After a person's word those of the balancer are,
 * too.
 */
function trusting(state: RolloutState, seen: Seen): RolloutState {
  const read = seen.weights?.read;
  if (!read) return state;
  // Where somebody has moved the traffic back already, there is nothing to ask a person.
  const known = [...(state.known ?? []), read.config, read.state ?? read.config, only(state.stable)];
  // Whatever keeps sessions anywhere is left with all the rest.
  return { ...state, known: state.forced ? [...known, read.real] : known, draining: anyDrain(read) };
}

function unpromote(state: RolloutState, now: number): Action {
  const resting = rest(state, now);
  if (resting) return resting;
  if (state.tries >= state.plan.limits.attempts) {
    return stop(
      `all traffic is on ${state.stable}, but the config's stable key can't be set: ${state.lastError}`,
    );
  }
  return { is: "act", act: { do: "stable", track: state.stable } };
}

function isBack({ stable }: RolloutState, { weights }: Seen): boolean {
  return weights?.read !== undefined && sameWeights(weights.read.real, only(stable));
}

/** Where the users are, which is what whoever is called wants to know first. */
function realText({ weights }: Seen): string {
  return weights?.read ? ` (the balancer has ${weightsText(weights.read.real)})` : "";
}
