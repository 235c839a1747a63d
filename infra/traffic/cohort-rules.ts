import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { conditionsOf } from "../settings/cohorts/conditions.ts";
import { CLOSED, type LedCohort } from "../settings/schema/traffic/cohorts.ts";
import { entry } from "../sure.ts";
import { cohortPlaces, cohortRuleName, type WeightedTrack } from "./forward.ts";

export interface CohortRulesArgs {
  listenerArn: pulumi.Output<string>;
  tracks: readonly (WeightedTrack & { servers?: pulumi.Input<pulumi.Resource> })[];
  cohorts: Readonly<Record<string, LedCohort>>;
}

/**
 * The rule of each cohort that is open: its users get one track, whatever its weight and whatever their cookies of sessions say. One that is
 * closed has none, so that a rollback which has written `to: none` holds through every later `up`.
 */
export function cohortRules(
  name: string,
  { listenerArn, tracks, cohorts }: CohortRulesArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const places = cohortPlaces(Object.keys(cohorts));
  for (const [cohort, members] of Object.entries(cohorts)) {
    if (members.to === CLOSED) continue;
    const track = tracks.find((each) => each.name === members.to);
    if (!track) throw new RangeError(`no such track: ${members.to}`);
    new aws.lb.ListenerRule(
      cohortRuleName(name, cohort),
      {
        listenerArn,
        priority: entry(places, cohort),
        conditions: conditionsOf(members),
        actions: [{ type: "forward", targetGroupArn: track.targetGroupArn }],
      },
      // Nobody is led to where no servers are.
      { ...opts, ...(track.servers && { dependsOn: track.servers }) },
    );
  }
}
