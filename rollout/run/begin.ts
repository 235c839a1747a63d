import type { PhaseRecord } from "../core/journal.ts";
import { checkPlan, type Plan, planOfFirst } from "../core/plan.ts";
import type { RolloutState } from "../core/state.ts";
import { UserError } from "../errors.ts";
import type { Book } from "./book.ts";

export interface Beginning {
  /** Names the rollout, its backup and its migration. */
  rollout: string;
  stable: string;
  /** The stable track itself only when nothing was released before. */
  candidate: string;
  plan: Plan;
  /** The phase of the launch that this begins. */
  phase?: PhaseRecord;
  /** Begin although the last rollout was the same, or still keeps the servers of the track without traffic. */
  anew?: boolean;
}

/**
 * Goes on with the rollout that is under way, or begins one. A rollout that is already over isn't begun again when
 * its name is asked for once more: a run that was killed before it could report is started again with the same words.
 *
 * @param aheadMs how far this machine's clock is ahead of the platform's, which says when its metrics are from
 * @throws {UserError} when another rollout is under way, there is nothing to do, or the two clocks differ
 */
export async function beginOrGoOn(book: Book, asked: Beginning | undefined, aheadMs = 0): Promise<void> {
  const { state } = book;
  if (!asked) {
    if (!state) throw new UserError("No rollout is under way.");
    return;
  }
  if (state && !mayBegin(state, asked)) {
    if (asked.rollout === state.rollout || asked.candidate === state.candidate) return;
    throw new UserError(underWay(state, asked));
  }
  const { rollout, stable, candidate, plan, phase } = checked(asked, book);
  if (Math.abs(aheadMs) > MOST_AHEAD_MS) throw new UserError(offText(aheadMs));
  await book.record({ kind: "begin", rollout, stable, candidate, plan, ...(phase && { phase }) });
}

/** Metrics are told by the minute: what is less off is in the same one, or the next. */
const MOST_AHEAD_MS = 60_000;

function offText(aheadMs: number): string {
  const off = `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead of" : "behind"}`;
  return `This machine's clock is ${off} the platform's: the gates would judge other minutes than those of a step. Set it first, such as by: timedatectl set-ntp true`;
}

function mayBegin(state: RolloutState, { rollout, anew = false }: Beginning): boolean {
  const { stage, first, stopped, open } = state;
  if (first && stopped !== undefined) return true;
  if (stage.at === "ended") return anew || rollout !== state.rollout;
  return anew && stage.at === "keep" && !open;
}

function underWay({ candidate, rollout, stage }: RolloutState, asked: Beginning): string {
  const settled =
    stage.at === "keep"
      ? `its traffic has settled, but servers of the other track are still kept: --anew gives them up`
      : "";
  const what = settled || `finish it, or roll it back, before ${asked.candidate} begins`;
  return `The rollout of ${candidate} (${rollout}) isn't over: ${what}.`;
}

function checked(asked: Beginning, book: Book): Beginning {
  checkPlan(asked.plan);
  if (asked.candidate !== asked.stable) return asked;
  if (book.entries.some((entry) => entry.kind === "ended" && entry.outcome === "promoted")) {
    throw new UserError(
      `${asked.stable} is the stable track: a rollout needs another one for its candidate.`,
    );
  }
  return { ...asked, plan: planOfFirst(asked.plan) };
}
