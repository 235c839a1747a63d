import type { Settings } from "../../../infra/settings/settled.ts";
import { UserError } from "../../errors.ts";

interface Shares {
  stack: string;
  settings: { stable: string; tracks: Pick<Settings["tracks"][number], "name" | "weight">[] };
}

/**
 * All traffic goes to stable before a rollout's first step, and a rollback ends there: a third track would lose its share for
 * good, and its users would not know why.
 *
 * @throws {UserError} that says whose share it is and how to give it away
 */
export function checkShares({ settings, stack }: Shares, candidate: string): void {
  const { stable, tracks } = settings;
  const others = tracks.filter(({ name, weight }) => weight > 0 && name !== stable && name !== candidate);
  if (others.length === 0) return;
  const have = others.map(({ name, weight }) => `${name} has ${weight} %`).join(", ");
  const all = tracks.map(({ name }) => `${name}=${name === stable ? 100 : 0}`).join(" ");
  throw new UserError(
    `A rollout moves traffic between stable (${stable}) and the candidate (${candidate}), and ${have}. Give that share to ${stable} first: rollout shift --stack ${stack} ${all}`,
  );
}
