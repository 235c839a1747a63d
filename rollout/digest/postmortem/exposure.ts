import type { JournalEntry } from "../../core/journal.ts";
import type { Weights } from "../../core/weights.ts";

/** A time in which a share of the users was on the candidate. Milliseconds. */
export interface Exposure {
  track: string;
  from: number;
  to: number;
  /** Whole percent. */
  percent: number;
}

/**
 * Where the users were, by the journal: an act that is done has moved them, and what is read back confirms it.
 *
 * @returns none for a stack's first release, which has no track to compare with, before it has users
 */
export function stretchesIn(entries: readonly JournalEntry[], candidate: string, stable: string): Exposure[] {
  if (candidate === stable) return [];
  const meant = new Map<number, Weights>();
  const end = entries.at(-1)?.at ?? 0;
  const moves: { at: number; percent: number }[] = [];
  for (const entry of entries) {
    if (entry.kind === "intent" && (entry.act.do === "weights" || entry.act.do === "weights-now"))
      meant.set(entry.id, entry.act.weights);
    const weights =
      entry.kind === "verified" ? entry.weights : entry.kind === "done" ? meant.get(entry.id) : undefined;
    if (!weights) continue;
    const percent = weights[candidate] ?? 0;
    if (percent !== (moves.at(-1)?.percent ?? 0)) moves.push({ at: entry.at, percent });
  }
  return moves
    .map(({ at, percent }, index) => ({
      track: candidate,
      from: at,
      to: moves[index + 1]?.at ?? end,
      percent,
    }))
    .filter(({ percent }) => percent > 0);
}

/** Weight times time: as if all users had been on it for so many milliseconds. */
export function allUsersFor(exposure: readonly Exposure[]): number {
  return exposure.reduce((sum, { from, to, percent }) => sum + ((to - from) * percent) / 100, 0);
}
