import type { Clock } from "../clock.ts";
import type { JournalEntry, Note } from "../core/journal.ts";
import { step } from "../core/replay.ts";
import type { RolloutState } from "../core/state.ts";
import { UserError } from "../errors.ts";
import { JournalConflict, type JournalStore } from "../platforms/platform.ts";

/** The journal as the controller holds it: what it has read of it, and the state that follows. */
export class Book {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #by: string;
  readonly #heard: (entry: JournalEntry) => void;
  #version: string | null = null;
  #entries: JournalEntry[] = [];
  #state: RolloutState | undefined;

  /** @param heard told each entry that is written from now on, by whomever */
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

  /** Takes in what was written since. @returns the new entries */
  async read(): Promise<JournalEntry[]> {
    const { entries, version } = await this.#store.read();
    const news = entries.slice(this.#entries.length);
    for (const entry of news) this.#state = step(this.#state, entry);
    this.#entries = entries;
    this.#version = version;
    return news;
  }

  /**
   * Writes a decision.
   *
   * @returns undefined when a command came in between: then the decision is to be made anew
   */
  async write(note: Note): Promise<JournalEntry | undefined> {
    const entry: JournalEntry = { ...note, at: this.#clock.now(), by: this.#by };
    try {
      this.#version = await this.#store.append(entry, this.#version);
    } catch (error) {
      if (!(error instanceof JournalConflict)) throw error;
      await this.readCommands();
      return undefined;
    }
    this.#entries = [...this.#entries, entry];
    this.#state = step(this.#state, entry);
    this.#heard(entry);
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

  /** @throws {UserError} when another controller has written: two at once must not be */
  async readCommands(): Promise<JournalEntry[]> {
    const news = await this.read();
    const other = news.find(({ kind }) => kind !== "command");
    for (const entry of news) this.#heard(entry);
    if (other) throw new UserError(`Another controller (${other.by}) has taken over this rollout.`);
    return news;
  }
}
