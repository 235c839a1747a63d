import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

/**
 * How long each answer took, from the servers' access logs (infra/host/nginx.ts): what was written since the last look. The
 * time is nginx's, so without the balancer's own part.
 */
export class ResponseTimes {
  readonly #folder: string;
  readonly #read = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns seconds, by track */
  take(): Record<string, number[]> {
    const times: Record<string, number[]> = {};
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith(".access.log")) continue;
      for (const line of this.#newLines(join(this.#folder, name))) {
        const answer = parsed(line);
        if (!answer || answer.path === "/health") continue;
        times[answer.track] ??= [];
        times[answer.track]!.push(answer.seconds);
      }
    }
    return times;
  }

  /** Whole lines only: the rest of one is read next time. */
  #newLines(file: string): string[] {
    const handle = openSync(file, "r");
    try {
      const { size } = fstatSync(handle);
      const known = this.#read.get(file) ?? 0;
      // A log that shrank was begun anew.
      const from = size < known ? 0 : known;
      const chunk = Buffer.alloc(size - from);
      const length = readSync(handle, chunk, 0, chunk.length, from);
      const end = chunk.lastIndexOf(10, length - 1) + 1;
      this.#read.set(file, from + end);
      return chunk.toString("utf8", 0, end).split("\n").filter(Boolean);
    } finally {
      closeSync(handle);
    }
  }
}

function parsed(line: string): { track: string; path: string; seconds: number } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
