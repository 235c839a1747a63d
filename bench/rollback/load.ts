import { type LoadOptions, type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import { openClient } from "../../rollout/load/requests/client.ts";

/** A load that says when users' requests begin to fail. */
export class WatchedLoad {
  readonly #load: RunningLoad;
  #firstBad: number | undefined;

  constructor(options: LoadOptions) {
    const client = openClient(options, 512, 10_000);
    this.#load = startLoad(options, "load", {
      send: async (shot) => {
        try {
          const reply = await client.send(shot);
          if (reply.status >= 500) this.#firstBad ??= Date.now();
          return reply;
        } catch (error) {
          this.#firstBad ??= Date.now();
          throw error;
        }
      },
      close: () => client.close(),
    });
  }

  /** Looks out for the first failure from now on. @returns when it was, in epoch milliseconds, and how many failed since now */
  watch(): () => { firstBad: number | undefined; failed: number } {
    this.#firstBad = undefined;
    const { lost } = this.#load.progress();
    return () => ({ firstBad: this.#firstBad, failed: this.#load.progress().lost - lost });
  }

  stop() {
    return this.#load.stop();
  }
}
