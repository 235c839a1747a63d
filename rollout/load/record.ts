import { nth } from "../../infra/sure.ts";
import type { ShotResult } from "./load.ts";
import type { Profile } from "./profile/schema.ts";
import { lengthMs, meanUsers, rampsOf } from "./profile/stages.ts";
import type { Generator, Second } from "./result.ts";
import { percentile, TallyByTrack, type TrackTally } from "./tally.ts";

/** A hundredth of the requests may leave this late: a twentieth of the target of 2 s that they are judged by. */
const LATE_MS = 100;

/** Writes down what became of each request, by the second in which it was due. */
export class Logbook {
  readonly #seconds: Second[];
  readonly #journeys = new TallyByTrack();
  readonly #lags: number[] = [];
  #unsent = 0;

  constructor({ stages }: Pick<Profile, "stages">) {
    const ramps = rampsOf(stages);
    const wholeMs = lengthMs(stages);
    this.#seconds = Array.from({ length: Math.max(1, Math.ceil(wholeMs / 1000)) }, (_, index) => ({
      users: meanUsers(ramps, index * 1000, Math.min(wholeMs, (index + 1) * 1000)),
      due: 0,
      latencies: [],
    }));
  }

  add({ journey, dueMs, lagMs, latencyMs, mistake, sent }: ShotResult): void {
    const second = nth(this.#seconds, Math.min(this.#seconds.length - 1, Math.floor(dueMs / 1000)));
    second.due++;
    // A tenth of a millisecond is finer than anything that is told by it, and short in a file.
    if (mistake === undefined) second.latencies.push(Math.round(latencyMs * 10) / 10);
    this.#journeys.add(journey, latencyMs, mistake !== undefined);
    this.#lags.push(lagMs);
    if (!sent) this.#unsent++;
  }

  /** @param untilMs how long the load went: what would have come later is left out */
  timeline(untilMs: number): Second[] {
    return this.#seconds.filter(({ due }, index) => due > 0 || index * 1000 < untilMs);
  }

  /** The seconds that are over and answered, nearly; newest last. */
  latest(count: number, nowMs: number): Second[] {
    const end = Math.floor(nowMs / 1000);
    return this.#seconds.slice(Math.max(0, end - count), Math.max(1, end));
  }

  journeys(): Record<string, TrackTally> {
    return this.#journeys.result();
  }

  generator(): Generator {
    const sorted = Float64Array.from(this.#lags).sort();
    const lagP99 = sorted.length > 0 ? rounded(percentile(sorted, 0.99)) : 0;
    return {
      lagP99,
      lagMost: rounded(sorted.at(-1) ?? 0),
      unsent: this.#unsent,
      fellBehind: lagP99 > LATE_MS,
    };
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
