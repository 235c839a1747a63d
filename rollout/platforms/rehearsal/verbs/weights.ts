import { readBalancer, setWeights } from "../balancer/balancer-view.ts";
import { locked } from "../machine/lock.ts";
import { Ledger } from "../machine/state.ts";
import { type Options, placeIn } from "./options.ts";

/**
 * The running balancer's split, apart from the config: for a rollout that moves it step by step. What is set here lasts
 * until the config is applied again.
 */
export function weights(options: Options) {
  return {
    /** Reads the split back from the balancer. @throws {RehearsalError} when it can't be read */
    async read(): Promise<Record<string, number>> {
      return (await readBalancer(Ledger.openOrFail(placeIn(options)))).weights;
    },
    /** @param split whole percent by track, summing to 100 */
    async set(split: Record<string, number>): Promise<void> {
      const place = placeIn(options);
      await locked(place, () => setWeights(Ledger.openOrFail(place), split));
    },
  };
}
