import { type JournalEntry, urgency } from "../core/journal.ts";

/** @param journal up to the entry, and with it */
export type Notify = (
  entry: JournalEntry,
  urgency: "page" | "tell",
  journal: readonly JournalEntry[],
) => Promise<void>;

/** Sends notices beside the work: a channel that is slow or down must not hold up a rollback. */
export class Notices {
  readonly #notify: Notify | undefined;
  readonly #pending = new Set<Promise<void>>();

  constructor(notify: Notify | undefined) {
    this.#notify = notify;
  }

  tell(entry: JournalEntry | undefined, journal: readonly JournalEntry[]): void {
    const how = entry && urgency(entry);
    if (!how || !this.#notify) return;
    const sending = this.#notify(entry, how, journal.slice(0, journal.lastIndexOf(entry) + 1))
      .catch(() => {})
      .finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
  }

  /** Waits until each notice has been sent or given up. The channels bound how long they try. */
  async sent(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
