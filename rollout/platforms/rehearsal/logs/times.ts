import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** In the folder of logs. */
const FILE = "times.ndjson";

/** How long each log was at a moment, in bytes; only those that had grown. */
interface Noted {
  /** Milliseconds since the epoch. */
  at: number;
  sizes: Record<string, number>;
}

/**
 * Notes from time to time how long the logs are: what a program prints has no time of its own, and on AWS CloudWatch gives
 * it one.
 */
export class LogClock {
  readonly #folder: string;
  readonly #known = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  note(now: number): void {
    const sizes: Noted["sizes"] = {};
    for (const name of readdirSync(this.#folder).filter((each) => each.endsWith(".log"))) {
      const { size } = statSync(join(this.#folder, name), { throwIfNoEntry: false }) ?? { size: 0 };
      if (this.#known.get(name) !== size) sizes[name] = size;
      this.#known.set(name, size);
    }
    if (Object.keys(sizes).length === 0) return;
    appendFileSync(join(this.#folder, FILE), `${JSON.stringify({ at: now, sizes })}\n`, { mode: 0o600 });
  }
}

/** When what stands in a folder's logs was written, to the few seconds between two notes. */
export class LogTimes {
  readonly #notes = new Map<string, { at: number; size: number }[]>();

  constructor(folder: string) {
    for (const { at, sizes } of notesIn(join(folder, FILE)))
      for (const [name, size] of Object.entries(sizes)) {
        const own = this.#notes.get(name) ?? [];
        this.#notes.set(name, own);
        own.push({ at, size });
      }
  }

  /** Up to where a log had surely been written by then, in bytes: what stands behind may be newer. */
  sizeAt(name: string, at: number): number {
    return this.#notes.get(name)?.findLast((each) => each.at <= at)?.size ?? 0;
  }

  /** By when what ends at `offset` was written; undefined: since the last note. */
  writtenBy(name: string, offset: number): number | undefined {
    const own = this.#notes.get(name) ?? [];
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle]?.size ?? 0) >= offset) high = middle;
      else low = middle + 1;
    }
    return own[low]?.at;
  }
}

/** A last line that a crash cut short is none. */
function notesIn(file: string): Noted[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Noted];
    } catch {
      return [];
    }
  });
}
