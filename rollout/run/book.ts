import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { isOfPeople, type JournalEntry, type Note } from "../core/journal.ts";
import { replay, step } from "../core/replay.ts";
import type { RolloutState } from "../core/state.ts";
import { UserError } from "../errors.ts";
import { JournalConflict, type JournalStore } from "../platforms/platform.ts";

/** Another controller has written: two at once must not be. */
export class TakenOver extends UserError {
  override name = "TakenOver";
}

/**
 * The journal as the controller holds it: what it has read of it, and the state that follows.
 *
 * While it can't be written (a full disk, a store that is away) what is decided is kept here and written later, in the
 * same order. Whoever acts asks {@link isBehind} first.
 */
export class Book {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #by: string;
  readonly #heard: (entry: JournalEntry) => void;
  #version: string | null = null;
  /** Those in the journal, and after them those that aren't yet. */
  #entries: JournalEntry[] = [];
  #unwritten = 0;
  #behindSince: number | undefined;
  #trouble: unknown;
  #state: RolloutState | undefined;

  /** @param heard told each entry that is decided from now on, by whomever */
  constructor(store: JournalStore, clock: Clock, by: string, heard: (entry: JournalEntry) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#by = by;
    this.#heard = heard;
  }

  get state(): RolloutState | undefined {
    return this.#state;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Whether something was decided that isn't in the journal yet. */
  get isBehind(): boolean {
    return this.#unwritten > 0;
  }

  /** Since when, in milliseconds, and why. */
  get behind(): { since: number; error: unknown } | undefined {
    return this.#behindSince === undefined ? undefined : { since: this.#behindSince, error: this.#trouble };
  }

  /** Takes in what was written since. @returns the new entries */
  async read(): Promise<JournalEntry[]> {
    const { entries, version } = await this.#store.read();
    const known = this.#entries.length - this.#unwritten;
    const news = entries.slice(known);
    const last = entries.at(-1);
    // An earlier run may have had another clock: what it did is in the past all the same.
    if (this.#state === undefined && last) this.#clock.goOn?.(last.at, last.mark);
    this.#version = version;
    if (news.length === 0) return news;
    const now = this.#clock.now();
    // The same of a person's word: it isn't from the future.
    const heard = news.map((entry) => ({ ...entry, at: Math.min(entry.at, now) }));
    const kept = this.#entries.slice(known);
    this.#entries = [...this.#entries.slice(0, known), ...heard, ...after(news, kept)];
    this.#state =
      kept.length > 0 ? replay(this.#entries) : heard.reduce<RolloutState | undefined>(step, this.#state);
    return news;
  }

  /**
   * Writes a decision, or keeps it until it can be written.
   *
   * @returns undefined when a command came in between: then the decision is to be made anew
   * @throws when the journal can't be written and nothing has begun
   * @throws {TakenOver}
   */
  async write(note: Note): Promise<JournalEntry | undefined> {
    const mark = this.#clock.mark?.();
    const entry: JournalEntry = { ...note, at: this.#clock.now(), by: this.#by, ...(mark && { mark }) };
    if (!this.isBehind) {
      try {
        this.#version = await this.#store.append(entry, this.#version);
      } catch (error) {
        if (error instanceof JournalConflict) {
          await this.readCommands().catch(refuseUnread);
          return undefined;
        }
        if (!this.#state) throw error;
        await this.#refuseOvertaken(entry);
        this.#fallBehind(entry, error);
        return entry;
      }
    } else this.#unwritten += 1;
    this.#take(entry);
    return entry;
  }

  /**
   * Writes what has happened. A command that comes in between doesn't change that, so the entry is written after it.
   */
  async record(note: Note): Promise<JournalEntry> {
    for (;;) {
      const entry = await this.write(note);
      if (entry) return entry;
    }
  }

  /** Writes what is kept, as far as it can be written now. @throws {TakenOver} */
  async catchUp(): Promise<void> {
    while (this.#unwritten > 0) {
      const entry = this.#entries[this.#entries.length - this.#unwritten];
      if (!entry) return;
      try {
        this.#version = await this.#store.append(entry, this.#version);
      } catch (error) {
        if (!(error instanceof JournalConflict)) return;
        if (!(await this.#isThere(entry))) await this.readCommands();
        continue;
      }
      this.#unwritten -= 1;
    }
    this.#behindSince = undefined;
  }

  /** @throws {TakenOver} when another controller has written */
  async readCommands(): Promise<JournalEntry[]> {
    const news = await this.read();
    const other = news.find((entry) => !isOfPeople(entry));
    for (const entry of news) this.#heard(entry);
    if (other) throw new TakenOver(`Another controller (${other.by}) has taken over this rollout.`);
    return news;
  }

  #take(entry: JournalEntry): void {
    this.#entries = [...this.#entries, entry];
    this.#state = step(this.#state, entry);
    this.#heard(entry);
  }

  /** What can't be written can be read, often: who has been overtaken meanwhile decides nothing more. @throws {TakenOver} */
  async #refuseOvertaken(entry: JournalEntry): Promise<void> {
    const { entries = [] } = (await this.#store.read().catch(() => undefined)) ?? {};
    const news = entries.slice(this.#entries.length);
    // Written after all: only the answer was lost.
    const others = news.filter((each, index) => index > 0 || !isSameEntry(each, entry));
    if (others.some((each) => !isOfPeople(each))) await this.readCommands();
  }

  /** Said once, and in the journal when it can be written again. */
  #fallBehind(entry: JournalEntry, error: unknown): void {
    this.#behindSince ??= entry.at;
    this.#trouble = error;
    this.#unwritten += 2;
    this.#take(entry);
    const { at, by, mark } = entry;
    this.#take({ kind: "unwritten", reason: (error as Error).message, at, by, ...(mark && { mark }) });
  }

  /** Whether an entry was written after all: only the answer was lost. */
  async #isThere(entry: JournalEntry): Promise<boolean> {
    const { entries, version } = await this.#store.read();
    const known = this.#entries.length - this.#unwritten;
    const next = entries[known];
    if (!next || !isSameEntry(next, entry)) return false;
    this.#unwritten -= 1;
    this.#version = entries.length === known + 1 ? version : this.#version;
    return true;
  }
}

/** Somebody has written, and who can't be read: it may be another controller. @throws {TakenOver} */
function refuseUnread(error: Error): never {
  if (error instanceof TakenOver) throw error;
  throw new TakenOver(`Somebody has written this rollout's journal, which can't be read: ${error.message}`);
}

/** Whether two are the same, as the journal keeps them. */
function isSameEntry(a: JournalEntry, b: JournalEntry): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}

/**
 * Entries that stand after others which came in before them: their numbers are other ones, and their times no earlier.
 */
function after(before: readonly JournalEntry[], entries: readonly JournalEntry[]): JournalEntry[] {
  const first = entries.find(({ kind }) => kind === "intent");
  const began = first?.kind === "intent" ? first.id : Number.POSITIVE_INFINITY;
  const least = Math.max(0, ...before.map(({ at }) => at));
  return entries.map((entry) => {
    const late = later(entry, Math.max(0, least - entry.at));
    // What ends an intent that was written before them keeps its number.
    return "id" in late && late.id >= began ? { ...late, id: late.id + before.length } : late;
  });
}

/** The mark goes with the time: whoever goes on from an entry counts from both. */
function later<T extends JournalEntry>(entry: T, milliseconds: number): T {
  const { at, mark } = entry;
  return { ...entry, at: at + milliseconds, ...(mark && { mark: { ...mark, up: mark.up + milliseconds } }) };
}
