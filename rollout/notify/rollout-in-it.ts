import { last } from "../../infra/sure.ts";
import type { JournalEntry } from "../core/journal.ts";
import { replay } from "../core/replay.ts";
import { withdrawalIn } from "../core/withdrawal.ts";
import type { RolloutInIt } from "./incident-model.ts";

/**
 * The rollout that may have to do with an incident: the last one, when it wrote anything since, or had users on its
 * candidate then.
 *
 * @param startedAt when the incident began, in milliseconds
 */
export function rolloutInIt(entries: readonly JournalEntry[], startedAt: number): RolloutInIt | undefined {
  const own = entries.slice(
    Math.max(
      0,
      entries.findLastIndex(({ kind }) => kind === "begin"),
    ),
  );
  const state = replay(own);
  if (!state) return undefined;
  const { rollout, stable, candidate, weights, outcome, stopped, stage } = state;
  const isOver = stage.at === "ended" || stage.at === "over" || stage.at === "keep";
  if (isOver && last(own).at < startedAt) return undefined;
  const back = withdrawalIn(own);
  const verified = own.find(
    (entry) => entry.kind === "verified" && back && entry.at >= back.at && entry.weights[stable] === 100,
  );
  return {
    rollout,
    stable,
    candidate,
    percent: weights && (weights[candidate] ?? 0),
    reason: stopped ?? (outcome?.is === "rolled-back" ? outcome.reason : state.paused?.reason),
    withdrawn: back && verified && { at: verified.at, by: back.by, hadUsers: back.hadUsers },
  };
}
