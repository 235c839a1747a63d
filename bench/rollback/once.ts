import { setTimeout as sleep } from "node:timers/promises";
import { shareOf } from "../../rollout/core/weights.ts";
import type { JournalEntry, Platform } from "../../rollout/platforms/platform.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import type { Options } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import type { Beginning } from "../../rollout/run/begin.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";
import type { WatchedLoad } from "./load.ts";

/** Milliseconds count from the first bad answer. */
export interface Rollback {
  /** The decision is in the journal. */
  decidedMs: number;
  /** The balancer was read, and gave the candidate nothing. */
  goneMs: number;
  /** Config, state and balancer were read back and agree. */
  verifiedMs: number;
  /** Requests of users that failed on the way. */
  failed: number;
  reason: string;
}

export interface Bad extends Beginning {
  /** The share of the candidate's requests that fail. */
  errorRate: number;
  /** How long after the shift that begins. */
  afterMs: number;
}

/** A rollout whose candidate begins to fail at its first step. @throws when it doesn't end with a rollback */
export async function rollBackOnce(
  place: Options,
  load: WatchedLoad,
  { errorRate, afterMs, ...begin }: Bad,
): Promise<Rollback> {
  // Of its own: the run's platform must not be warmed up by our looking.
  const platform = rehearsalPlatform(place);
  const { candidate, stable, plan } = begin;
  const done = run({ platform: rehearsalPlatform(place), judge: judgeOf(plan), owner: "bench", begin });
  const early = done.then(({ outcome, reason }) => {
    throw new Error(`${outcome} before anything failed: ${reason}`);
  });
  await Promise.race([untilShare(platform, candidate, plan.steps[0]!.weight), early]);
  await Promise.race([sleep(afterMs), early]);
  early.catch(() => {});
  const seen = load.watch();
  await orderErrors(place, candidate, errorRate);
  await untilShare(platform, candidate, 0);
  const gone = Date.now();
  const { outcome, reason } = await done;
  const { firstBad, failed } = seen();
  await orderErrors(place, candidate, 0);
  if (outcome !== "rolled-back" || firstBad === undefined)
    throw new Error(`the rollout was to go back to ${stable}: ${outcome}, ${reason}`);
  const { entries } = await platform.journal.read();
  return {
    decidedMs: lastAt(entries, "rollback") - firstBad,
    goneMs: gone - firstBad,
    verifiedMs: lastAt(entries, "verified") - firstBad,
    failed,
    reason,
  };
}

/** Reads the balancer until it is so: what it has, not what it was told. */
async function untilShare(platform: Platform, track: string, share: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (shareOf(await platform.readRealWeights(), track) !== share) {
    if (Date.now() > deadline) throw new Error(`${track} didn't come to ${share} % in two minutes`);
    await sleep(20);
  }
}

/** At the applications' own ports: see app/faults.ts. */
async function orderErrors(place: Options, track: string, errorRate: number): Promise<void> {
  const { servers } = Ledger.openOrFail(placeIn(place)).state;
  for (const { appPort, id } of servers.filter((each) => each.track === track)) {
    const answer = await fetch(`http://127.0.0.1:${appPort}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ errorRate }),
    });
    if (!answer.ok) throw new Error(`${id} took no fault: ${answer.status}`);
  }
}

function lastAt(entries: readonly JournalEntry[], kind: JournalEntry["kind"]): number {
  return entries.findLast((entry) => entry.kind === kind)?.at ?? Number.NaN;
}
