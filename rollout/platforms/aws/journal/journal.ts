import type { Clock } from "../../../clock.ts";
import { UserError } from "../../../errors.ts";
import { JournalConflict, type JournalEntry, type JournalStore, type Lock } from "../../platform.ts";
import { takeLease } from "./lease.ts";
import { type Objects, Overtaken, type StoredObject } from "./objects.ts";

/**
 * A stack's journal as one object in S3, a line an entry. Its etag is its version: a write that doesn't follow on what
 * was read is refused by S3 itself, so two writers can't lose each other's entries, nor can one that was asleep.
 */
export class S3Journal implements JournalStore {
  readonly #objects: Objects;
  readonly #stack: string;
  readonly #clock: Clock;
  #known: StoredObject | undefined;

  constructor(objects: Objects, stack: string, clock: Clock) {
    this.#objects = objects;
    this.#stack = stack;
    this.#clock = clock;
  }

  async read(): Promise<{ entries: JournalEntry[]; version: string | null }> {
    this.#known = await this.#objects.read(this.#key, this.#known);
    const { text, etag } = this.#known ?? { text: "", etag: null };
    const lines = text.split("\n").filter((line) => line !== "");
    return { entries: lines.map((line, index) => this.#entryIn(line, index)), version: etag };
  }

  async append(entry: JournalEntry, version: string | null): Promise<string> {
    if ((this.#known?.etag ?? null) !== version) await this.read();
    if ((this.#known?.etag ?? null) !== version) throw conflict();
    const text = `${this.#known?.text ?? ""}${JSON.stringify(entry)}\n`;
    try {
      const etag = await this.#objects.write(this.#key, text, version);
      this.#known = { text, etag, ageMs: 0 };
      return etag;
    } catch (error) {
      throw error instanceof Overtaken ? conflict() : error;
    }
  }

  #entryIn(line: string, index: number): JournalEntry {
    try {
      return JSON.parse(line);
    } catch {
      throw new UserError(
        `entry ${index} of the journal ${this.#key} is damaged: what a rollout has done can't be told from it. The bucket keeps its earlier versions; traffic stays as it is.`,
      );
    }
  }

  /** Of this machine's clock before S3's, when it was last asked. */
  aheadMs(): number {
    const { serverTime } = this.#objects;
    return serverTime === undefined ? 0 : this.#clock.now() - serverTime;
  }

  lock(owner: string): Promise<Lock> {
    return takeLease(this.#objects, `${this.#stack}/lease.json`, owner, this.#clock);
  }

  get #key(): string {
    return `${this.#stack}/journal.jsonl`;
  }
}

function conflict(): JournalConflict {
  return new JournalConflict("somebody else wrote the journal; it is to be read again");
}
