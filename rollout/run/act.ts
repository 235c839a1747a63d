import type { Act, ActResult } from "../core/journal.ts";
import { checkWeights } from "../core/weights.ts";
import type { Platform } from "../platforms/platform.ts";
import type { Care } from "./migrating.ts";

/**
 * Does what the controller decided.
 *
 * @param care watches whoever serves while the database is changed under him
 */
export async function perform(platform: Platform, act: Act, care: Care): Promise<ActResult | undefined> {
  switch (act.do) {
    case "backup":
      return { backup: (await platform.backup(act.name)).id };
    case "migrate":
    case "contract":
      return care(act.do, (signal) => platform[act.do](act.track, signal));
    case "deploy":
      await platform.deploy(act.track);
      return undefined;
    case "smoke":
      return platform.smoke(act.track);
    case "grow":
      await platform.restoreCapacity(act.track, act.servers);
      return undefined;
    case "weights":
      checkWeights(act.weights);
      await platform.setWeights(act.weights, act.draining);
      return undefined;
    case "weights-now":
      checkWeights(act.weights);
      await platform.setWeightsNow(act.weights);
      return undefined;
    case "stable":
      await platform.setStable(act.track);
      return undefined;
    case "drain":
      await platform.drain(act.track);
      return undefined;
  }
}
