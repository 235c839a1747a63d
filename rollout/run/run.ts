import { given } from "../../infra/sure.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Action } from "../core/action.ts";
import { isGoingBack } from "../core/command.ts";
import { next } from "../core/controller.ts";
import { type Act, type JournalEntry, type Outcome, urgency } from "../core/journal.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge } from "../core/verdict.ts";
import { UserError } from "../errors.ts";
import type { Lock, Platform } from "../platforms/platform.ts";
import { until } from "../waiting.ts";
import { perform } from "./act.ts";
import { type Beginning, beginOrGoOn } from "./begin.ts";
import { Book, TakenOver } from "./book.ts";
import { careOf } from "./migrating.ts";
import { Notices, type Notify } from "./notices.ts";
import { type AskDrill, Senses } from "./senses.ts";
import { WeightMarks } from "./weight-marks.ts";

export interface RunOptions {
  platform: Platform;
  judge: Judge;
  /** Names this run in the journal and to whoever is refused: such as user, machine and process. */
  owner: string;
  /** What to begin when nothing is under way; without it a run only goes on. */
  begin?: Beginning;
  clock?: Clock;
  /** Whether the migration of a candidate was drilled; left out: nobody knows. */
  drilled?: AskDrill;
  /**
   * Called with each entry that somebody should hear of. After a crash it may get one twice, but it misses none. When
   * it fails, the run goes on.
   */
  notify?: Notify;
  /** Told each entry as it comes to be in the journal, by whomever it was written. */
  heard?: (entry: JournalEntry) => void;
  /** Whether the run is to end although the rollout isn't over. Asked between two decisions. */
  leave?: (state: RolloutState) => boolean;
  /** How often commands are looked for while waiting. */
  pollMs?: number;
}

export interface RunResult {
  /** `left`: as was asked for, before there was any. */
  outcome: Outcome | "stopped" | "left";
  reason: string;
}

/**
 * Runs a rollout to its end, or from where an earlier run was killed.
 *
 * While the journal can't be written the gates go on watching. Nothing new is done then but the way back, which
 * needs no journal.
 *
 * @throws {Held} when another run has the lock
 * @throws {TakenOver} when another run has taken over
 * @throws when the journal can't be written, and nothing has begun or nobody has mended it for the plan's patience
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
  const { platform, judge, owner, clock = systemClock, heard, drilled } = options;
  const notices = new Notices(options.notify);
  const book = new Book(platform.journal, clock, owner, (entry) => {
    heard?.(entry);
    notices.tell(entry, book.entries);
  });
  const senses = new Senses(platform, clock, judge, drilled);
  await book.read();
  // The last notice may have died with whoever was to send it.
  notices.tell(book.entries.findLast(urgency), book.entries);
  await beginOrGoOn(book, options.begin, platform.journal.aheadMs?.());
  const acting: Acting = { book, platform, judge, clock, lock, unrecorded: undefined };
  try {
    return await decide(options, acting, senses, notices);
  } catch (error) {
    const isOver = error instanceof TakenOver || lock.lost.aborted;
    if (isOver && acting.unrecorded) {
      notices.tell(overtaken(error as Error, acting.unrecorded, clock), book.entries);
      await notices.sent();
    }
    throw error;
  }
}

async function decide(
  { leave, pollMs = 1000 }: RunOptions,
  acting: Acting,
  senses: Senses,
  notices: Notices,
): Promise<RunResult> {
  const { book, clock, lock } = acting;
  const marks = new WeightMarks(acting.platform, clock);
  for (;;) {
    lock.lost.throwIfAborted();
    await catchUp(acting);
    const state = given(book.state, "rollout in the journal");
    marks.see(state.weights);
    if (leave?.(state)) {
      await end(book, notices, marks, clock);
      const { is, reason } = state.outcome ?? { is: "left", reason: `left in the stage ${state.stage.at}` };
      return { outcome: is, reason };
    }
    const action = next(state, senses.seen, clock.now());
    switch (action.is) {
      case "leave":
        await end(book, notices, marks, clock);
        return { outcome: action.outcome, reason: action.reason };
      case "look":
        await senses.look(action.look, state);
        break;
      case "note":
        await book.write(action.note);
        break;
      case "act":
        await act(action, acting, senses);
        break;
      case "wait":
        await clock.sleep(Math.max(1, Math.min(action.until - clock.now(), pollMs)));
        await hear(book, clock);
    }
  }
}

/** What was done in the time of a look is done on what was seen; longer ago may have been another world. */
const DECIDED_MS = 10_000;
/** How long a run that is over tries to write what isn't in the journal yet. */
const LAST_MS = 5_000;

/** @throws when the journal has been away for the plan's patience */
async function catchUp(acting: Acting): Promise<void> {
  const { book, clock } = acting;
  await book.catchUp();
  if (!book.isBehind) acting.unrecorded = undefined;
  const { behind, state } = book;
  const patience = given(state, "rollout in the journal").plan.limits.patienceSeconds * 1000;
  if (behind && clock.now() - behind.since >= patience) throw behind.error;
}

async function end(book: Book, notices: Notices, marks: WeightMarks, clock: Clock): Promise<void> {
  await until({ clock, everyMs: 500, withinMs: LAST_MS }, async () => {
    await book.catchUp();
    return !book.isBehind;
  });
  await Promise.all([notices.sent(), marks.sent()]);
}

/** Words of people. While the journal can't be read nobody is heard: what is decided next says so, when it can't be written either. */
async function hear(book: Book, clock: Clock): Promise<void> {
  await book.readCommands().catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    return clock.sleep(1);
  });
}

interface Acting {
  book: Book;
  platform: Platform;
  judge: Judge;
  clock: Clock;
  lock: Lock;
  /** The last act, until its end is in the journal. */
  unrecorded: Act | undefined;
}

/**
 * Writes the intent, does the act, writes its end. When a command was written before the intent, nothing is done: the
 * command is heard first. Nor is anything when the writing took so long that the decision is old.
 */
async function act({ act }: Action & { is: "act" }, acting: Acting, senses: Senses): Promise<void> {
  const { book, platform, judge, clock, lock } = acting;
  if (mustWait(book)) {
    senses.forget();
    return clock.sleep(1_000);
  }
  const id = book.entries.length;
  const decided = clock.now();
  if (!(await book.write({ kind: "intent", id, act }))) return;
  lock.lost.throwIfAborted();
  if (mustWait(book) || clock.now() - decided > DECIDED_MS) {
    await book.record({ kind: "lost", id });
    return;
  }
  acting.unrecorded = act;
  const care = careOf({ platform, judge, clock }, given(book.state, "rollout in the journal"));
  const end = await perform(platform, act, care).then(
    (result) => ({ kind: "done", id, ...(result && { result }) }) as const,
    (error: Error) => ({ kind: "failed", id, error: error.message }) as const,
  );
  await book.record(end);
  if (!book.isBehind) acting.unrecorded = undefined;
}

/** What leads on needs an intent in the journal. The way back can't wait for one. */
function mustWait(book: Book): boolean {
  return book.isBehind && !isGoingBack(given(book.state, "rollout in the journal"));
}

/** Another run has taken over in the middle of an act: it may think that the act is undone, and somebody must know. */
function overtaken({ message }: Error, act: Act, clock: Clock): JournalEntry {
  const reason = `${message.replace(/\.$/, "")}. Meanwhile this one did "${act.do}": look whether the weights are what they should be`;
  return { kind: "stopped", reason, at: clock.now(), by: "a run that was overtaken" };
}
