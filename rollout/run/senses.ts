import type { Clock } from "../clock.ts";
import type { Drilled, Look, Looked, Seen } from "../core/action.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";
import { Watch } from "./watch.ts";

/** What the last drill of a candidate's migration said. */
export type AskDrill = (candidate: string) => Promise<Drilled>;

const UNDRILLED: AskDrill = async () => ({
  passed: false,
  reason: "this run can't read the drills' records",
});

/** Looks at the world for the controller, and keeps what was seen. */
export class Senses {
  readonly #platform: Platform;
  readonly #clock: Clock;
  readonly #watch: Watch;
  readonly #drilled: AskDrill;
  seen: Seen = {};

  constructor(platform: Platform, clock: Clock, judge: Judge, drilled = UNDRILLED) {
    this.#drilled = drilled;
    this.#platform = platform;
    this.#clock = clock;
    this.#watch = new Watch(platform, judge);
  }

  /** Time has passed without anything that shows it: what was seen of the world is to be seen anew. */
  forget(): void {
    const { gates } = this.seen;
    this.seen = gates ? { gates } : {};
  }

  async look(look: Look, state: RolloutState): Promise<void> {
    const { seen } = this;
    switch (look.at) {
      case "weights":
        this.seen = {
          ...seen,
          weights: await this.#try(state, seen.weights, () => this.#platform.readWeights()),
        };
        return;
      case "real":
        this.seen = {
          ...seen,
          real: await this.#try(state, seen.real, () => this.#platform.readRealWeights()),
        };
        return;
      case "capacity": {
        const { track, share } = look;
        const before =
          seen.capacity?.track === track && seen.capacity.share === share ? seen.capacity : undefined;
        const sight = await this.#try(state, before, () => this.#platform.capacity(track, share));
        this.seen = { ...seen, capacity: { ...sight, track, share } };
        return;
      }
      case "service": {
        const { track } = look;
        const before = seen.service?.track === track ? seen.service : undefined;
        const sight = await this.#try(state, before, () => this.#platform.smoke(track));
        const failed = !sight.read?.passed;
        const failingSince = failed ? (before?.failingSince ?? sight.at) : undefined;
        this.seen = { ...seen, service: { ...sight, track, ...(failed && { failingSince }) } };
        return;
      }
      case "drill":
        this.seen = {
          ...seen,
          drill: await this.#try(state, seen.drill, () => this.#drilled(look.track)),
        };
        return;
      case "gates":
        this.seen = { ...seen, gates: await this.#watch.look(state, this.#clock) };
    }
  }

  /** A look that fails is an observation too. */
  async #try<T>(
    { length }: RolloutState,
    before: Looked<T> | undefined,
    read: () => Promise<T>,
  ): Promise<Looked<T>> {
    try {
      return { read: await read(), at: this.#clock.now(), length };
    } catch (error) {
      const at = this.#clock.now();
      return { error: (error as Error).message, at, length, failingSince: before?.failingSince ?? at };
    }
  }
}
