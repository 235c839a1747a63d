import type { GraphResource } from "../../graph/model.ts";
import { nameOf } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import type { Change, Kind, PropertyChange, Replaces } from "../model.ts";
import { isObject } from "../shown.ts";
import type { Pair } from "./identity.ts";

/** What is known of a change's consequence: ours from the specification, or the engine's. */
export type ReplacesOf = (type: string, path: string, urn: string) => Replaces;

/** A resource that changes, with what the checks for dangers need of it. */
export interface Delta extends Pair {
  change: Change;
}

export function kindOf(properties: PropertyChange[]): Kind {
  return properties.some(({ replaces }) => replaces === "yes") ? "replace" : "update";
}

/**
 * Finds what a replacement replaces along with it. A new resource has a new id, so whatever names the old one in a
 * property that can't be changed is replaced as well. An output that only repeats an input in plain text stays the
 * same.
 */
export function followReplacements(all: Delta[], verdict: ReplacesOf): void {
  const replaced = new Map<string, GraphResource>();
  for (let found = true; found; ) {
    found = false;
    for (const { before, after, change } of all) {
      if (change.kind === "replace" && after && !replaced.has(after.urn)) {
        replaced.set(after.urn, after);
        found = true;
      }
      if (!before || !after) continue;
      for (const [path, value] of Object.entries(after.inputs)) {
        const ref = referencesIn(value).find(({ urn, property }) => {
          const target = replaced.get(urn);
          return target && urn !== after.urn && !staysWhatItWas(target, property);
        });
        if (!ref || change.properties.some((each) => each.path === path && each.follows)) continue;
        const consequence = verdict(after.type, path, after.urn);
        if (consequence !== "yes" && consequence !== "maybe") continue;
        change.properties.push({ path, replaces: consequence, follows: nameOf(ref.urn) });
        change.kind = kindOf(change.properties);
        found = true;
      }
    }
  }
}

function staysWhatItWas(target: GraphResource, property: string): boolean {
  const input = target.inputs[property];
  return input !== undefined && !isObject(input) && !Array.isArray(input);
}

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";

/** What it is to users, who have seen only a template change. */
const REFRESHED = "new servers take the place of the old, in turn";
const LATER = "servers that start later are of the new kind";

/** Of which a change of what they hold makes another version, and the properties that hold it. */
const VERSIONED = [
  // Provider aws, `secret_version.go`: `secret_string` forces a new one.
  { type: "aws:secretsmanager/secretVersion:SecretVersion", holds: /^secret/, what: "the secret " },
  // S3 User Guide, "Using versioning": each PUT is a version. The servers' files name secrets' versions.
  { type: "aws:s3/bucketObjectv2:BucketObjectv2", holds: /^content/, what: "" },
];

/**
 * A secret or an object of S3 that changes is another version of it, and so do those change that name its id. Before
 * {@link followTemplates}: servers' launch templates do.
 *
 * @param all every pair of resources; what follows is added to them
 */
export function followVersions(all: readonly Delta[]): void {
  for (const { type, holds, what } of VERSIONED) {
    const changed = new Set(
      all
        .filter(({ change }) => change.type === type && change.kind !== "delete")
        .filter(({ change }) => change.properties.some(({ path }) => holds.test(path)))
        .map(({ change }) => change.urn),
    );
    for (const delta of all) followVersion(delta, changed, what);
  }
}

function followVersion({ before, after, change }: Delta, changed: ReadonlySet<string>, what: string): void {
  if (!before || !after) return;
  for (const [path, value] of Object.entries(after.inputs)) {
    const ref = referencesIn(value).find(({ urn, property }) => changed.has(urn) && property === "versionId");
    if (!ref || change.properties.some((each) => each.path === path)) continue;
    const follows = `${what}${nameOf(ref.urn)}`;
    change.properties.push({ path, replaces: "no", follows, effect: "the id of its new version" });
  }
}

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
    const { version } = (after.inputs.launchTemplate ?? {}) as {
      version?: Parameters<typeof referencesIn>[0];
    };
    const ref = referencesIn(version).find(
      ({ urn, property }) => changed.has(urn) && property === "latestVersion",
    );
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
