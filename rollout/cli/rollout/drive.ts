import { type Clock, systemClock } from "../../clock.ts";
import type { Act, JournalEntry } from "../../core/journal.ts";
import { planOf } from "../../core/plan.ts";
import { replay, step } from "../../core/replay.ts";
import { isWatched, type RolloutState } from "../../core/state.ts";
import { shareOf } from "../../core/weights.ts";
import { withdrawalIn } from "../../core/withdrawal.ts";
import { UserError } from "../../errors.ts";
import { followerOf } from "../../notify/github/follower.ts";
import { noticeOf } from "../../notify/notice.ts";
import type { Beginning } from "../../run/begin.ts";
import { judgeOf } from "../../run/judge.ts";
import { type RunResult, run } from "../../run/run.ts";
import { isUnbroken } from "../../unbroken.ts";
import { entryLines } from "../../view/entry-lines.ts";
import { actsIn } from "../../view/entry-text.ts";
import { drillsOf } from "../drill/drilled.ts";
import { type StackAtHand, whoami } from "../on.ts";
import { tellerOf } from "../tell.ts";

export interface DriveOptions {
  /** What to begin when nothing is under way; without it a run only goes on. */
  begin?: Beginning | undefined;
  /** Ends the run although the rollout isn't over, such as {@link hasSettled}. */
  leave?: ((state: RolloutState) => boolean) | undefined;
  clock?: Clock;
  /** Who drives, for people; by default whose process it is. */
  owner?: string;
  /** What is said when a signal ends the run; by default who goes on, and how. */
  stays?: string;
}

/**
 * Runs a rollout to its end, or from where an earlier run was killed; each entry of the journal goes to stderr as it is
 * written.
 */
export async function drive(
  here: StackAtHand,
  { begin, leave, clock = systemClock, stays, owner = ownProcess() }: DriveOptions = {},
): Promise<RunResult> {
  const { platform, say, stack } = here;
  const teller = tellerOf(here);
  const follower = await followerOf(here);
  const stop = leaveOnSignal(say, stack, stays);
  const { entries } = await platform.journal.read();
  const before = replay(entries);
  let state = before;
  let subject = subjectOf(here, begin, before);
  // Whether users would be on the candidate without anybody to watch it, if this run ended now.
  let isUnwatched = before !== undefined && isWatched(before);
  const acts = actsIn(entries);
  const line = entryLines(acts);
  let judge = judgeOf(before?.plan ?? begin?.plan ?? planOf(here.settings.plan));
  const heard = (entry: JournalEntry) => {
    if (entry.kind === "begin") {
      subject = { stack, stable: entry.stable, candidate: entry.candidate };
      // By its own plan, and not by that of the rollout before it.
      judge = judgeOf(entry.plan);
    }
    isUnwatched = withoutUs(entry, subject.candidate, acts) ?? isUnwatched;
    state = step(state, entry);
    if (state) follower?.see(state);
    say(line(entry));
  };
  try {
    return await run({
      platform,
      judge: (history) => judge(history),
      owner,
      clock,
      drilled: drillsOf(here),
      ...(begin && { begin }),
      heard,
      ...(leave && { leave }),
      notify: async (entry, _urgency, journal) =>
        teller.tell(noticeOf(entry, { ...subject, withdrawal: withdrawalIn(journal) })),
    });
  } catch (error) {
    if (isUnwatched && !(error instanceof UserError)) teller.tell(noticeOf(brokenOff(error), subject));
    throw error;
  } finally {
    stop();
    await Promise.all([teller.flush(), follower?.flush()]);
  }
}

function ownProcess(): string {
  return `${whoami()} (process ${process.pid})`;
}

/**
 * The notice that nobody watches the candidate any more. The journal would say so, but the journal may be what can't
 * be written.
 */
function brokenOff(error: unknown): JournalEntry {
  const why = error instanceof Error ? error.message : String(error);
  const reason = `the run broke off (${why}); traffic stays as it is, and nobody watches it`;
  return { kind: "stopped", reason, at: Date.now(), by: whoami() };
}

/** @returns undefined for an entry after which it is as before */
function withoutUs(
  entry: JournalEntry,
  candidate: string,
  acts: ReadonlyMap<number, Act>,
): boolean | undefined {
  switch (entry.kind) {
    case "intent":
      return entry.act.do === "weights" && shareOf(entry.act.weights, candidate) > 0 ? true : undefined;
    case "verified":
      return shareOf(entry.weights, candidate) > 0;
    case "done":
      return acts.get(entry.id)?.do === "stable" ? false : undefined;
    // It was told when it was written.
    case "stopped":
    case "ended":
      return false;
    default:
      return undefined;
  }
}

export async function stateOf({
  platform,
}: {
  platform: Pick<StackAtHand["platform"], "journal">;
}): Promise<RolloutState | undefined> {
  return replay((await platform.journal.read()).entries);
}

/** The traffic is where it is to stay: nothing is left but to wait and to drain what carries none. */
export function hasSettled({ stage }: RolloutState): boolean {
  return stage.at === "keep" || stage.at === "over" || stage.at === "ended";
}

function subjectOf({ stack, settings }: StackAtHand, begin?: Beginning, state?: RolloutState) {
  const stable = begin?.stable ?? state?.stable ?? settings.stable;
  return { stack, stable, candidate: begin?.candidate ?? state?.candidate ?? stable };
}

/**
 * Ctrl-C ends the run, not the rollout: traffic stays as it is, as it would after a crash, and nothing is left half
 * written. An update of Pulumi's comes to its end first: cut off it would leave its lock.
 */
function leaveOnSignal(say: (line: string) => void, stack: string, stays?: string): () => void {
  const how = `Go on: rollout run --stack ${stack}\nOr go back: rollout rollback --stack ${stack}`;
  const leave = () => {
    say(stays ?? `\nThe run has ended, the rollout hasn't: traffic stays as it is. ${how}`);
    if (!isUnbroken()) process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}
