import type { Inputs } from "./inputs.ts";

/**
 * The shares, in whole percents above 0, that a listener's default action asks for.
 *
 * @param actions the listener's `defaultActions`
 * @param trackNames the tracks by the urn of their target group
 */
export function sharesOf(actions: Inputs, trackNames: Map<string, string>): Record<string, number> {
  const [action = actions.fail("must forward to the tracks"), second] = actions.list();
  second?.fail("the rehearsal plays one action");
  action.at("type").oneOf(["forward"]);
  const groups = action.at("forward.targetGroups").list();
  if (groups.length === 0) {
    const track = trackOf(action.at("targetGroupArn"), trackNames);
    return { [track]: 100 };
  }
  const shares = groups.map(
    (group) => [trackOf(group.at("arn"), trackNames), group.at("weight").number(1)] as const,
  );
  const sticky = action.at("forward.stickiness.enabled");
  if (sticky.flag(false)) sticky.cannotPlay("plays sessions by rules that read the browsers' cookies");
  return inPercent(shares, action.at("forward.targetGroups"));
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
