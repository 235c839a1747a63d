import type { JournalEntry, Outcome } from "../core/journal.ts";
import { step } from "../core/replay.ts";
import type { RolloutState } from "../core/state.ts";

/** One rollout of a journal, as a digest tells it. Times in milliseconds. */
export interface Release {
  rollout: string;
  stable: string;
  candidate: string;
  phase?: string;
  begunAt: number;
  /** When the traffic was where it stays; the servers' draining comes after. Undefined: it isn't there yet. */
  settledAt?: number;
  outcome: Outcome | "stopped" | "under way";
  reason: string;
  /** The backup that it took before anything else. */
  backup?: string;
}

/** Why a rollout didn't go on, in the words of a gate or of the controller. */
export interface Stop {
  at: number;
  rollout: string;
  kind: "rollback" | "hold" | "paused" | "stopped";
  reason: string;
}

/** A journal's rollouts, oldest first, each with its own entries; of people's visits those before its end. */
export function rolloutsIn(entries: readonly JournalEntry[]): { rollout: string; entries: JournalEntry[] }[] {
  const rollouts: { rollout: string; entries: JournalEntry[] }[] = [];
  for (const entry of entries) {
    if (entry.kind === "begin") rollouts.push({ rollout: entry.rollout, entries: [] });
    const own = rollouts.at(-1)?.entries;
    if (entry.kind === "visit" && own?.some(({ kind }) => kind === "ended")) continue;
    own?.push(entry);
  }
  return rollouts;
}

/** Those that were under way in a stretch of time. A release that was settled before it only drained in it. */
export function releasesIn(entries: readonly JournalEntry[], from: number, to: number): Release[] {
  const rollouts = rolloutsIn(entries);
  return rollouts.flatMap(({ entries: own }, index) => {
    const release = releaseOf(own.filter(({ at }) => at < to));
    if (!release) return [];
    // One that stopped for good is over when the next begins.
    const over = release.settledAt ?? rollouts[index + 1]?.entries.at(0)?.at ?? Number.POSITIVE_INFINITY;
    return over >= from ? [release] : [];
  });
}

export function stopsIn(entries: readonly JournalEntry[], from: number, to: number): Stop[] {
  return rolloutsIn(entries).flatMap(({ rollout, entries: own }) =>
    own.flatMap((entry): Stop[] => {
      const { at, kind } = entry;
      if (at < from || at >= to) return [];
      if (kind !== "rollback" && kind !== "hold" && kind !== "paused" && kind !== "stopped") return [];
      return [{ at, rollout, kind, reason: entry.reason }];
    }),
  );
}

/** @returns undefined for a rollout that hasn't begun by then */
function releaseOf(entries: readonly JournalEntry[]): Release | undefined {
  let state: RolloutState | undefined;
  let settledAt: number | undefined;
  for (const entry of entries) {
    const before = state;
    state = step(state, entry);
    if (!isSettled(state)) settledAt = undefined;
    else if (!isSettled(before)) settledAt = entry.at;
  }
  if (!state) return undefined;
  const { rollout, stable, candidate, phase, begunAt, outcome, stopped } = state;
  const backup = backupIn(entries);
  return {
    rollout,
    stable,
    candidate,
    begunAt,
    ...(phase && { phase: phase.name }),
    ...(settledAt !== undefined && { settledAt }),
    ...(stopped !== undefined && settledAt === undefined
      ? { outcome: "stopped", reason: stopped }
      : settledAt !== undefined && outcome
        ? { outcome: outcome.is, reason: outcome.reason }
        : { outcome: "under way", reason: state.paused?.reason ?? outcome?.reason ?? state.stage.at }),
    ...(backup !== undefined && { backup }),
  };
}

function isSettled(state: RolloutState | undefined): boolean {
  return state !== undefined && ["keep", "over", "ended"].includes(state.stage.at);
}

function backupIn(entries: readonly JournalEntry[]): string | undefined {
  for (const entry of entries)
    if (entry.kind === "done" && entry.result && "backup" in entry.result) return entry.result.backup;
  return undefined;
}
