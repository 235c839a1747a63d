import type { Inputs } from "./inputs.ts";
import type { Split } from "./model.ts";

/**
 * The split that a listener's default action asks for.
 *
 * @param actions the listener's `defaultActions`
 * @param trackNames the tracks by the urn of their target group
 */
export function splitOf(actions: Inputs, trackNames: Map<string, string>): Split {
  const [action = actions.fail("must forward to the tracks"), second] = actions.list();
  second?.fail("the rehearsal plays one action");
  action.at("type").oneOf(["forward"]);
  const groups = action.at("forward.targetGroups").list();
  if (groups.length === 0) {
    const track = trackOf(action.at("targetGroupArn"), trackNames);
    return { weights: { [track]: 100 }, stickinessSeconds: null };
  }
  const shares = groups.map(
    (group) => [trackOf(group.at("arn"), trackNames), group.at("weight").number(1)] as const,
  );
  return {
    weights: inPercent(shares, action.at("forward.targetGroups")),
    stickinessSeconds: stickinessOf(action.at("forward.stickiness")),
  };
}

export function trackOf(arn: Inputs, trackNames: Map<string, string>): string {
  return trackNames.get(arn.reference()) ?? arn.fail("refers to a target group that no track owns");
}

/** AWS takes any weights up to 999 and uses their proportions. */
function inPercent(shares: (readonly [string, number])[], groups: Inputs): Record<string, number> {
  const sum = shares.reduce((total, [, weight]) => total + weight, 0);
  if (sum === 0) groups.fail("no target group carries weight");
  return Object.fromEntries(
    shares
      .filter(([, weight]) => weight > 0)
      .map(([track, weight]) => {
        const percent = (weight * 100) / sum;
        if (!Number.isInteger(percent))
          groups.fail(`the rehearsal plays weights of whole percent, not ${weight} of ${sum}`);
        return [track, percent] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function stickinessOf(stickiness: Inputs): number | null {
  if (!stickiness.present || !stickiness.at("enabled").flag(false)) return null;
  return stickiness.at("duration").number();
}
