import { readFileSync } from "node:fs";
import type { Weights } from "../../platform.ts";
import { layoutOf } from "../balancer/balancing.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { Ledger } from "../machine/state.ts";

/**
 * The weights of the config that was applied last: what Pulumi's state is on AWS. What a rollout sets at the balancer alone
 * is not in it.
 *
 * @throws {RehearsalError} when the balancer's record can't be read
 */
export function appliedWeights(ledger: Ledger): Weights {
  const { recordFile } = layoutOf(ledger);
  try {
    const { model } = JSON.parse(readFileSync(recordFile, "utf8"));
    const tracks = (model.tracks as { name: string }[]).map(({ name }) => name);
    return Object.fromEntries(tracks.map((name) => [name, model.split.weights[name] ?? 0]));
  } catch (error) {
    throw new RehearsalError(`${recordFile} can't be read: ${(error as Error).message}`);
  }
}
