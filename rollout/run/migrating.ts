import type { Clock } from "../clock.ts";
import type { ActResult } from "../core/journal.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge, MetricSecond } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";
import { pagesOf } from "./history.ts";

/** Runs what changes the database while a track serves, and watches that track meanwhile. */
export type Care = (
  what: "migrate" | "contract",
  work: (signal: AbortSignal) => Promise<string>,
) => Promise<ActResult>;

const EVERY_MS = 1_000;

interface Watching {
  platform: Pick<Platform, "metrics" | "smoke">;
  judge: Judge;
  clock: Clock;
}

/**
 * While the database is changed the track that serves must stay well: its smoke tests are asked all along, once before and once after
 * it, and the plan's gates judge what it serves as they do a first release, by their limits alone. One that suffers ends the change.
 *
 * Without a `plan.migration` nothing is changed here, and nobody is watched.
 */
export function careOf(watching: Watching, { plan, stable, candidate, first }: RolloutState): Care {
  return async (what, work) => {
    const track = what === "migrate" ? stable : candidate;
    // A stack's first release finds nobody who serves.
    if (!plan.migration || (first && what === "migrate"))
      return { migration: await work(new AbortController().signal) };
    return new Watcher(watching, track).during(work);
  };
}

class Watcher {
  readonly #watching: Watching;
  readonly #track: string;
  readonly #from: number;
  #seconds: MetricSecond[] = [];
  #next: number;

  constructor(watching: Watching, track: string) {
    this.#watching = watching;
    this.#track = track;
    this.#from = Math.ceil(watching.clock.now() / 1000);
    this.#next = this.#from;
  }

  /** @throws what `work` does, and when the track is sick before it */
  async during(work: (signal: AbortSignal) => Promise<string>): Promise<ActResult> {
    const { clock } = this.#watching;
    const before = await this.#failing();
    if (before !== undefined) throw new Error(`${this.#track} isn't well, and nothing was begun: ${before}`);
    const stop = new AbortController();
    let over = false;
    const working = work(stop.signal)
      .then(
        (text) => ({ text }),
        (error: Error) => ({ error }),
      )
      .finally(() => {
        over = true;
      });
    let suffers: string | undefined;
    while (!over && suffers === undefined) {
      await Promise.race([working, clock.sleep(EVERY_MS)]);
      if (!over) suffers = await this.#suffering();
    }
    if (suffers !== undefined && !over) stop.abort(new Error(`${this.#track} suffers: ${suffers}`));
    const end = await working;
    if (suffers !== undefined)
      return {
        migration: "stopped",
        harmed: `${this.#track} suffered while the database was changed: ${suffers}`,
      };
    if ("error" in end) throw end.error;
    const after = await this.#failing();
    if (after === undefined)
      return { migration: `${end.text}; ${this.#track} passes its smoke tests after it` };
    return { migration: end.text, harmed: `${this.#track} fails since the database was changed: ${after}` };
  }

  /** Why the track suffers now; undefined: nothing is known against it. What can't be read says nothing. */
  async #suffering(): Promise<string | undefined> {
    return (await this.#served().catch(() => undefined)) ?? (await this.#failing());
  }

  async #served(): Promise<string | undefined> {
    const { platform, judge } = this.#watching;
    for await (const { seconds, through } of pagesOf((since) => platform.metrics(since), this.#next)) {
      this.#seconds = [...this.#seconds, ...seconds];
      this.#next = Math.max(this.#next, through);
    }
    const { outcome, reason } = judge({
      ...{ stable: this.#track, candidate: this.#track, seconds: this.#seconds },
      ...{ steps: [{ weight: 100, from: this.#from }], baked: false },
    });
    return outcome === "fail" ? reason : undefined;
  }

  /** One test that fails proves little: it is asked once more. Nor does it that nobody can be asked. */
  async #failing(): Promise<string | undefined> {
    const { platform, clock } = this.#watching;
    const ask = () => platform.smoke(this.#track).catch(() => undefined);
    if ((await ask())?.passed !== false) return undefined;
    await clock.sleep(EVERY_MS);
    const told = await ask();
    return told?.passed === false ? told.details.join("; ") : undefined;
  }
}
