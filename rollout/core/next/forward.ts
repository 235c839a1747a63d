import { frozenUntil } from "../../../infra/settings/freeze.ts";
import { given, last, nth } from "../../../infra/sure.ts";
import { type Action, note, type Seen, stop, wait } from "../action.ts";
import type { Act } from "../journal.ts";
import { drainFor, targetOf } from "../stages.ts";
import { bakedAt, deadlineOf, type RolloutState } from "../state.ts";
import { only, shareOf } from "../weights.ts";
import { bring, rest } from "./bring.ts";
import { room } from "./capacity.ts";
import { endDrain } from "./drain.ts";
import { heldToTheEnd, movedMeanwhile } from "./meanwhile.ts";
import { undrilled } from "./undrilled.ts";

/** The step can't be taken: what has been done is to be taken back. */
export interface GiveUp {
  is: "give-up";
  reason: string;
}

const PROMOTED = "promoted, all but what the version before needed of the database";

/** The way from nothing to a promoted candidate. */
export function goForward(state: RolloutState, seen: Seen, now: number): Action | GiveUp {
  const action = stepOf(state, seen, now);
  if (action.is !== "act" || !mayWait(state, action.act)) return action;
  return heldBySickness(state, seen, now) ?? heldByFreeze(state, now) ?? action;
}

/**
 * Whether an act may be held back. More servers never harm, so they come at once. And after a rollback nobody goes
 * back to the idle track, so its draining needn't wait.
 */
function mayWait({ outcome }: RolloutState, act: Act): boolean {
  return act.do !== "grow" && outcome?.is !== "rolled-back";
}

function stepOf(state: RolloutState, seen: Seen, now: number): Action | GiveUp {
  const { stage, rollout, stable, candidate } = state;
  switch (stage.at) {
    case "clear":
      return clear(state, seen, now);
    case "backup":
      return (
        undrilled(state, seen, now) ?? once(state, seen, now, { do: "backup", name: `before-${rollout}` })
      );
    case "migrate":
      if (state.harmed !== undefined) return giveUp(state.harmed);
      return once(state, seen, now, { do: "migrate", name: rollout, track: candidate });
    case "deploy":
      return once(state, seen, now, { do: "deploy", track: candidate });
    case "smoke":
      if (state.smokeFailed !== undefined) return giveUp(`smoke tests failed: ${state.smokeFailed}`);
      return once(state, seen, now, { do: "smoke", track: candidate });
    case "shift":
      return shift(state, seen, now);
    case "bake":
      return bake(state, seen, now);
    case "promote":
      return stopping(
        once(state, seen, now, { do: "stable", track: candidate }),
        "the candidate serves all traffic",
      );
    case "keep":
      return keep(state, seen, now);
    case "contract":
      if (state.harmed !== undefined) return stop(`${state.harmed} (${PROMOTED})`);
      return stopping(once(state, seen, now, { do: "contract", name: rollout, track: candidate }), PROMOTED);
    default: {
      const { is, reason } = given(state.outcome, "outcome of a rollout at its end");
      return note({ kind: "ended", outcome: is, reason });
    }
  }

  function clear(...[at, eyes, time]: Parameters<typeof goForward>): Action {
    const brought = bring(at, eyes, time, only(stable), { do: "weights", weights: only(stable) });
    if (brought.is === "there") return note({ kind: "verified", weights: only(stable) });
    if (brought.is === "spent") return stop(`traffic can't be brought to ${stable}: ${brought.reason}`);
    if (brought.is === "busy") return brought.action;
    const space = room(at, eyes, time, stable, 100);
    if (space.is === "busy") return space.action;
    return space.is === "enough"
      ? { is: "act", act: brought.act }
      : stop(`traffic can't be brought to ${stable}: ${space.reason}`);
  }
}

/** An act that changes no weights. They are compared before it all the same: a drift stops the rollout here too. */
function once(state: RolloutState, seen: Seen, now: number, act: Act): Action | GiveUp {
  const resting = rest(state, now);
  if (resting) return resting;
  if (state.tries >= state.plan.limits.attempts) return giveUp(`${act.do} failed: ${state.lastError}`);
  const brought = bring({ ...state, doneAt: undefined }, seen, now, targetOf(state), act);
  if (brought.is === "busy") return brought.action;
  return { is: "act", act };
}

function shift(state: RolloutState, seen: Seen, now: number): Action | GiveUp {
  const weights = targetOf(state);
  const draining = drainFor(state);
  const asked = { weights, ...(draining !== undefined && { draining }) };
  const brought = bring(state, seen, now, weights, { do: "weights", ...asked }, draining);
  if (brought.is === "there") return note({ kind: "verified", ...asked });
  if (brought.is === "busy") return brought.action;
  if (brought.is === "spent") return giveUp(`the weights can't be set: ${brought.reason}`);
  const space = room(state, seen, now, state.candidate, shareOf(weights, state.candidate));
  if (space.is === "busy") return space.action;
  if (space.is === "lacking") return note({ kind: "paused", reason: space.reason });
  return { is: "act", act: brought.act };
}

/** A step passes when the gates say so, on data that reach to the end of the bake. The wait for that is bounded. */
function bake(state: RolloutState, seen: Seen, now: number): Action {
  const { stage } = state;
  if (stage.at !== "bake") throw new Error("only a bake bakes");
  const moved = movedMeanwhile(state, seen, now);
  if (moved) return moved;
  const gates = given(seen.gates, "look at the gates");
  const left = endDrain(state, { ...seen, gates }, now);
  if (left) return left;
  const drains = state.draining !== undefined;
  const over = bakedAt(state);
  const passed =
    !drains &&
    now >= over &&
    gates.verdict.outcome === "pass" &&
    gates.through >= over &&
    isRecent(gates.through, now);
  const skipped = !drains && state.skip && !gates.verdict.hold;
  const held = passed || skipped ? heldToTheEnd(state, seen, now) : false;
  if (typeof held !== "boolean") return held;
  if (held) {
    const { reason, evidence } = gates.verdict;
    return (
      heldByFreeze(state, now) ??
      note({
        kind: "passed",
        step: stage.step,
        reason: passed ? reason : `the rest of the bake was skipped by hand: ${reason}`,
        skipped: !passed,
        ...(evidence !== undefined && { evidence }),
      })
    );
  }
  const deadline = deadlineOf(state);
  if (now >= deadline)
    return note({ kind: "paused", reason: `no decision in time: ${gates.verdict.reason}` });
  const quiet = quietUntil(state, gates.heard);
  if (now >= quiet)
    return note({ kind: "paused", reason: `no data from ${state.candidate}: ${gates.verdict.reason}` });
  const why = drains ? `${state.draining} keeps its sessions` : gates.verdict.reason;
  return wait(Math.min(deadline, quiet, now + 1000), now < over ? "baking" : why);
}

/**
 * Until when the candidate may go without a request. The time counts from its last request, from a person's last
 * word, or from the end of a freeze, whichever came last.
 */
function quietUntil({ stageAt, frozenUntil, plan }: RolloutState, heard = 0): number {
  return Math.max(heard, stageAt, frozenUntil) + plan.limits.noDataSeconds * 1000;
}

/** CloudWatch is up to three minutes late. Data that are older than this say nothing about now. */
function isRecent(through: number, now: number): boolean {
  return now - through <= 300_000;
}

function keep(state: RolloutState, seen: Seen, now: number): Action {
  const { stage, stable, candidate, plan } = state;
  const { is } = given(state.outcome, "outcome of a rollout at its end");
  const over = stage.at === "keep" ? stage.since + plan.limits.keepSeconds * 1000 : now;
  const idle = is === "promoted" ? stable : candidate;
  if (now < over) return wait(over, `${idle} keeps its servers a while`);
  const action = once(state, seen, now, { do: "drain", track: idle });
  const keeps = is === "promoted" ? candidate : stable;
  const { stable: named = keeps } = seen.weights?.read ?? {};
  // The next rollout would go back to the track that is drained here.
  if (action.is === "act" && named !== keeps)
    return stop(`${is}, but the config's stable key is ${named}: set it to ${keeps}`);
  return stopping(action, `${is}, all but the draining of ${idle}`);
}

/** Stops in place of giving up, where a rollback would do more harm than to leave everything as it is. */
function stopping(action: Action | GiveUp, so: string): Action {
  return action.is === "give-up" ? stop(`${action.reason} (${so})`) : action;
}

/**
 * While both tracks are sick the candidate gets no more traffic. At the next step's split stable might have too few
 * requests to be compared with, and the candidate would get the blame. The wait for the end of the sickness is
 * bounded, as in a bake.
 */
function heldBySickness(state: RolloutState, { gates }: Seen, now: number): Action | undefined {
  const { held, stage, plan, stageAt } = state;
  if (!held || isHalfDone(state) || (stage.at !== "shift" && stage.at !== "promote")) return undefined;
  const step = stage.at === "shift" ? nth(plan.steps, stage.step) : last(plan.steps);
  const deadline = Math.max(stageAt, state.frozenUntil) + step.graceSeconds * 1000;
  const reason = gates?.verdict.reason ?? "both tracks are sick";
  if (now >= deadline) return note({ kind: "paused", reason: `no end of the hold in time: ${reason}` });
  return wait(Math.min(deadline, now + 1000), reason);
}

/** A freeze holds what has not begun. An act that was interrupted half-way is finished in a freeze too. */
function heldByFreeze(state: RolloutState, now: number): Action | undefined {
  if (isHalfDone(state)) return undefined;
  const until = frozenUntil(state.plan.freeze, now);
  if (until === undefined) return undefined;
  if (state.frozenUntil !== until) return note({ kind: "frozen", until });
  return wait(Math.min(until, now + 1000), "frozen");
}

/** Whether config, state and balancer may have different weights, because an act was interrupted. */
function isHalfDone({ known }: RolloutState): boolean {
  return (known?.length ?? 0) > 1;
}

function giveUp(reason: string): GiveUp {
  return { is: "give-up", reason };
}
