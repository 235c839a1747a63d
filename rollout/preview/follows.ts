import type { Delta } from "./changes.ts";
import { nameOf, refsOf } from "./shown.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";

/** What it is to users, who have seen only a template change. */
const REFRESHED = "new servers take the place of the old, in turn";
const LATER = "servers that start later are of the new kind";

/**
 * A launch template that changes has a new version, and the autoscaling groups that name its latest follow: with an
 * instance refresh all their servers are replaced (Auto Scaling User Guide, "Use an instance refresh").
 *
 * @param all every pair of resources, also those that don't differ by themselves; what follows is added to them
 */
export function followTemplates(all: readonly Delta[]): void {
  const changed = new Set(
    all
      .filter(({ change }) => change.type === TEMPLATE && change.kind === "update")
      .filter(({ change }) => change.properties.some(({ path }) => !path.startsWith("(option) ")))
      .map(({ change }) => change.urn),
  );
  for (const { before, after, change } of all) {
    if (change.type !== GROUP || !before || !after) continue;
    const { version } = (after.inputs.launchTemplate ?? {}) as { version?: Parameters<typeof refsOf>[0] };
    const ref = refsOf(version).find(({ urn, property }) => changed.has(urn) && property === "latestVersion");
    // The engine says so by itself.
    if (!ref || change.properties.some(({ path }) => path.startsWith("launchTemplate"))) continue;
    change.properties.push({
      path: "launchTemplate.version",
      replaces: "no",
      follows: nameOf(ref.urn),
      effect: after.inputs.instanceRefresh === undefined ? LATER : REFRESHED,
    });
  }
}
