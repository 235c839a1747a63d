import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { TrackCounts } from "../../platform.ts";
import { Tail } from "../machine/tail.ts";
import { answerIn } from "../servers/answers.ts";

/** What one track's servers answered in one second, by their own logs. */
export interface LoggedSecond {
  epochSecond: number;
  track: string;
  counts: TrackCounts;
}

/**
 * The access logs of all the servers of a stack, each read on from where it was read to. A line is one answer (see
 * servers/answers.ts), and belongs to the second in which the answer was whole.
 */
export class AccessLogReader {
  readonly #folder: string;
  readonly #slowMs: number;
  readonly #tail = new Tail();

  /** @param slowMs a longer answer is slow, in milliseconds */
  constructor(folder: string, slowMs: number) {
    this.#folder = folder;
    this.#slowMs = slowMs;
  }

  /** What was written since the last call, added up by second and track. */
  read(): LoggedSecond[] {
    const seconds = new Map<string, LoggedSecond>();
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith(".access.log"))
        this.#tail.read(join(this.#folder, name), (line) => this.#add(line, seconds));
    }
    return [...seconds.values()];
  }

  #add(line: string, seconds: Map<string, LoggedSecond>): void {
    const answer = answerIn(line);
    if (!answer) return;
    const epochSecond = Math.floor(Date.parse(answer.time) / 1000);
    const { track } = answer;
    const key = `${epochSecond} ${track}`;
    let second = seconds.get(key);
    if (!second) {
      second = { epochSecond, track, counts: { requests: 0, errors: 0, slow: 0 } };
      seconds.set(key, second);
    }
    second.counts.requests += 1;
    if (answer.status >= 500) second.counts.errors += 1;
    if ((answer.seconds ?? 0) * 1000 > this.#slowMs) second.counts.slow += 1;
  }
}
