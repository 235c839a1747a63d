import { checkWeights, shareOf, type Weights } from "../../../core/weights.ts";
import { UserError } from "../../../errors.ts";

/** A listener's forward action. */
export interface Forward {
  /** ALB's weights: 0 to 999, of which only the proportions matter. */
  groups: { arn: string; weight: number }[];
}

/**
 * The forward action for weights; a track at 0 is left out, and sorted as the program sorts them.
 *
 * Left out, because a target group listed with weight 0 keeps the clients that stick to it (ALB User Guide, "Sticky
 * sessions"); sorted alike, so that the next `up` finds nothing to change.
 *
 * @throws {UserError} for a track without a target group
 */
export function splitOf(weights: Weights, arns: Readonly<Record<string, string>>): Forward {
  checkWeights(weights);
  const carrying = Object.keys(weights)
    .filter((track) => shareOf(weights, track) > 0)
    .sort();
  return {
    groups: carrying.map((track) => {
      const arn = arns[track];
      if (!arn)
        throw new UserError(`track ${track} has no target group: run \`pulumi up\` once with it at weight 0`);
      return { arn, weight: shareOf(weights, track) };
    }),
  };
}

/**
 * The shares in percent, of every track. A lone target group has all, whatever its weight says.
 *
 * @throws {UserError} for a target group that belongs to no track: then nothing can be said of the split
 */
export function sharesOf({ groups }: Forward, arns: Readonly<Record<string, string>>): Weights {
  const tracks = new Map(Object.entries(arns).map(([track, arn]) => [arn, track]));
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) throw new UserError("the listener sends traffic to no track: every weight is 0");
  const shares = Object.fromEntries(Object.keys(arns).map((track) => [track, 0]));
  for (const { arn, weight } of groups) {
    const track = tracks.get(arn);
    if (!track) throw new UserError(`the listener sends traffic to a target group of no track: ${arn}`);
    // Two digits: what isn't whole percent was set by somebody else, and is to be seen as it is.
    shares[track] = Math.round((weight / total) * 10_000) / 100;
  }
  return shares;
}
