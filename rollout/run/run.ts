import { given } from "../../infra/sure.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Action } from "../core/action.ts";
import { next } from "../core/controller.ts";
import { type JournalEntry, type Outcome, urgency } from "../core/journal.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge } from "../core/verdict.ts";
import type { Lock, Platform } from "../platforms/platform.ts";
import { perform } from "./act.ts";
import { type Beginning, beginOrGoOn } from "./begin.ts";
import { Book } from "./book.ts";
import { Notices, type Notify } from "./notices.ts";
import { Senses } from "./senses.ts";

export interface RunOptions {
  platform: Platform;
  judge: Judge;
  /** Names this run in the journal and to whoever is refused: such as user, machine and process. */
  owner: string;
  /** What to begin when nothing is under way; without it a run only goes on. */
  begin?: Beginning;
  clock?: Clock;
  /**
   * Called with each entry that somebody should hear of. After a crash it may get one twice, but it misses none. When
   * it fails, the run goes on.
   */
  notify?: Notify;
  /** Told each entry as it comes to be in the journal, by whomever it was written. */
  heard?: (entry: JournalEntry) => void;
  /**
   * Whether the run may end although the rollout isn't over. Asked between two decisions, once there is an outcome.
   */
  leave?: (state: RolloutState) => boolean;
  /** How often commands are looked for while waiting. */
  pollMs?: number;
}

export interface RunResult {
  outcome: Outcome | "stopped";
  reason: string;
}

/**
 * Runs a rollout to its end, or from where an earlier run was killed.
 *
 * @throws {Held} when another run has the lock
 * @throws when the journal can't be written: nothing is done that isn't in it
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { platform, owner } = options;
  const lock = await platform.journal.lock(owner);
  try {
    return await drive(options, lock);
  } finally {
    await lock.release();
  }
}

async function drive(options: RunOptions, lock: Lock): Promise<RunResult> {
  const { platform, judge, owner, clock = systemClock, pollMs = 1000, heard, leave } = options;
  const notices = new Notices(options.notify);
  const book = new Book(platform.journal, clock, owner, (entry) => {
    heard?.(entry);
    notices.tell(entry, book.entries);
  });
  const senses = new Senses(platform, clock, judge);
  await book.read();
  // The last notice may have died with whoever was to send it.
  notices.tell(book.entries.findLast(urgency), book.entries);
  await beginOrGoOn(book, options.begin);
  for (;;) {
    lock.lost.throwIfAborted();
    const state = given(book.state, "rollout in the journal");
    if (state.outcome && leave?.(state)) {
      await notices.sent();
      return { outcome: state.outcome.is, reason: state.outcome.reason };
    }
    const action = next(state, senses.seen, clock.now());
    switch (action.is) {
      case "leave":
        await notices.sent();
        return { outcome: action.outcome, reason: action.reason };
      case "look":
        await senses.look(action.look, state);
        break;
      case "note":
        await book.write(action.note);
        break;
      case "act":
        await act(book, platform, action);
        break;
      case "wait":
        await clock.sleep(Math.max(1, Math.min(action.until - clock.now(), pollMs)));
        await book.readCommands();
    }
  }
}

/**
 * Writes the intent, does the act, writes its end. When a command was written before the intent, nothing is done: the
 * command is heard first.
 */
async function act(book: Book, platform: Platform, { act }: Action & { is: "act" }): Promise<void> {
  const id = book.entries.length;
  if (!(await book.write({ kind: "intent", id, act }))) return;
  const end = await perform(platform, act).then(
    (result) => ({ kind: "done", id, ...(result && { result }) }) as const,
    (error: Error) => ({ kind: "failed", id, error: error.message }) as const,
  );
  await book.record(end);
}
