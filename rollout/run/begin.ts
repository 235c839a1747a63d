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
}

/**
 * Goes on with the rollout that is under way, or begins one.
 *
 * @param asked undefined: only go on
 * @throws {UserError} when another candidate is under way, or there is nothing to do
 */
export async function beginOrGoOn(book: Book, asked: Beginning | undefined): Promise<void> {
  const { state } = book;
  if (state && !makesWay(state)) {
    if (!asked || asked.candidate === state.candidate) return;
    throw new UserError(
      `The rollout of ${state.candidate} (${state.rollout}) isn't over. Finish it, or roll it back, before ${asked.candidate} begins.`,
    );
  }
  if (!asked) {
    if (state) return;
    throw new UserError("No rollout is under way.");
  }
  await book.record({ kind: "begin", ...checked(asked, book) });
}

/** A rollout whose traffic has settled gives way: what it had still to drain is deployed anew, or stays. */
function makesWay({ stage, first, stopped }: RolloutState): boolean {
  return (
    stage.at === "ended" || stage.at === "keep" || stage.at === "over" || (first && stopped !== undefined)
  );
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
