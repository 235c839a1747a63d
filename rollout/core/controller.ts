import { given } from "../../infra/sure.ts";
import { type Action, note, type Seen, stop, wait } from "./action.ts";
import { isGoingBack } from "./command.ts";
import { bring } from "./next/bring.ts";
import { goForward } from "./next/forward.ts";
import { askPerson, heedGates, isAsked } from "./next/person.ts";
import { goBack } from "./next/rollback.ts";
import { pauseForSessions } from "./next/sessions.ts";
import { wakeToLook, watch } from "./next/watch.ts";
import { anyDrain, everyWeightsOf } from "./reading.ts";
import { drainAt } from "./stages.ts";
import { isWatched, type RolloutState } from "./state.ts";

/**
 * What comes next. A function of what the journal says, what was last seen of the world, and the time; the order of the
 * questions is the order of precedence.
 *
 * @param now milliseconds since the epoch
 */
export function next(state: RolloutState, seen: Seen, now: number): Action {
  const { stage, outcome, open } = state;
  if (stage.at === "ended") {
    const { is, reason } = given(outcome, "outcome of a rollout that has ended");
    return { is: "leave", outcome: is, reason };
  }
  if (open) return note({ kind: "lost", id: open.id });
  const { stopped } = state;
  if (stopped !== undefined && !mustWatchOn(state, now))
    return { is: "leave", outcome: "stopped", reason: stopped };
  if (isGoingBack(state)) return goBack(state, seen, now);
  if (state.rollbackAsked) return rollBack(state, state.rollbackAsked);
  const watched = watch(state, seen, now);
  if (watched.is === "busy") return watched.action;
  if (watched.is === "sick") {
    if (!state.oneWay) return rollBack(state, watched.reason, watched.evidence);
    if (!isAsked(state)) return askPerson(watched.reason, watched.evidence);
  }
  const heeded = heedGates(state, seen);
  if (heeded) return heeded;
  const action = stopped === undefined ? goOn(state, seen, now) : wait(now + 1000, `stopped: ${stopped}`);
  return wakeToLook(action, state, seen);
}

/** Whether users may be on the candidate while a person is to decide whose weights hold: it may get sick meanwhile. */
function mustWatchOn(state: RolloutState, now: number): boolean {
  const { drift, plan } = state;
  return isWatched(state) && drift !== undefined && now < drift.at + plan.limits.patienceSeconds * 1000;
}

/** What is done while nothing speaks against the candidate. */
function goOn(state: RolloutState, seen: Seen, now: number): Action {
  if (state.mend) return mend(state, seen, now, state.mend);
  if (state.paused) return waitForPerson(state, state.paused, now);
  const skewed = pauseForSessions(state, seen, now);
  if (skewed) return skewed;
  const action = goForward(state, seen, now);
  if (action.is !== "give-up") return action;
  return state.oneWay ? askPerson(action.reason) : rollBack(state, action.reason);
}

function rollBack(state: RolloutState, reason: string, evidence?: unknown): Action {
  if (state.first) return stop(`${reason}; the first release of a stack has nothing to go back to`);
  return note({ kind: "rollback", reason, ...(evidence !== undefined && { evidence }) });
}

/** Whatever moved the weights, the ones that a person chose are to hold. */
function mend(
  state: RolloutState,
  seen: Seen,
  now: number,
  weights: NonNullable<RolloutState["mend"]>,
): Action {
  const trusting = {
    ...state,
    known: seen.weights?.read && everyWeightsOf(seen.weights.read),
    draining: seen.weights?.read && anyDrain(seen.weights.read),
  };
  const drain = drainAt(state, weights);
  const asked = { weights, ...(drain !== undefined && { draining: drain }) };
  const brought = bring(trusting, seen, now, weights, { do: "weights", ...asked }, drain);
  switch (brought.is) {
    case "there":
      return note({ kind: "verified", ...asked });
    case "due":
      return { is: "act", act: brought.act };
    case "spent":
      return stop(brought.reason);
    case "busy":
      return brought.action;
  }
}

/** A pause doesn't last for ever: a run ends, and somebody is told. */
function waitForPerson(
  { plan }: RolloutState,
  { at, reason }: { at: number; reason: string },
  now: number,
): Action {
  const until = at + plan.limits.patienceSeconds * 1000;
  if (now >= until) return stop(`paused (${reason}), and nobody resumed`);
  return wait(Math.min(until, now + 1000), `paused: ${reason}`);
}
