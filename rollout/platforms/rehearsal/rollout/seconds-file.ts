import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { MetricSecond } from "../../platform.ts";

/** A measured second, and since which second its counts were collected: usually itself. */
export interface KeptSecond extends MetricSecond {
  from: number;
}

/**
 * The seconds that were measured at the balancer, a JSON line each: for a controller that is started again, and for the
 * report. Several processes may measure the same second (a rollout and somebody who watches): the first line counts.
 */
export class SecondsFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(): KeptSecond[] {
    if (!existsSync(this.#file)) return [];
    const kept: KeptSecond[] = [];
    let end = Number.NEGATIVE_INFINITY;
    for (const second of readFileSync(this.#file, "utf8").split("\n").flatMap(parsed).sort(byTime)) {
      if (second.from <= end) continue;
      kept.push(second);
      end = second.epochSecond;
    }
    return kept;
  }

  append(second: KeptSecond): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    // The line before may have been cut short by a full disk.
    appendFileSync(this.#file, `\n${JSON.stringify(second)}\n`);
  }
}

function byTime(a: KeptSecond, b: KeptSecond): number {
  return a.epochSecond - b.epochSecond;
}

/** A line that a crash cut short is none. */
function parsed(line: string): KeptSecond[] {
  try {
    return line ? [JSON.parse(line) as KeptSecond] : [];
  } catch {
    return [];
  }
}
