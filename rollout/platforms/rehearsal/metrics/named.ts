import { localNames } from "../../../alarms/names.ts";
import type { Graph, Value } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { referencesIn } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import { databaseIn } from "../plan/database-in.ts";
import { only } from "../plan/lookup.ts";

/** The dimensions by which CloudWatch knows the parts of a stack; the captured alarms say the same names. */
export interface Named {
  balancer: Record<string, string>;
  /** By track. */
  targetGroups: Record<string, Record<string, string>>;
  /** By track. */
  groups: Record<string, Record<string, string>>;
  database: Record<string, string>;
  /** The first node: the one that is played here. Absent where the stack has no cache. */
  cache?: Record<string, string>;
  certificate: Record<string, string>;
  vault: Record<string, string>;
}

/** @param tracks each track's name and the urn of its target group */
export function namesIn(graph: Graph, tracks: { name: string; targetGroupUrn: string }[]): Named {
  const name = localNames(graph);
  const [cache] = ofType(graph, TYPES.cache);
  const { urn, inputs } = databaseIn(graph);
  const balancer = { LoadBalancer: name({ urn: only(graph, TYPES.balancer).urn, property: "arnSuffix" }) };
  const ofTracks = (dimensions: (urn: string) => Record<string, string>) =>
    Object.fromEntries(tracks.map((track) => [track.name, dimensions(track.targetGroupUrn)]));
  return {
    balancer,
    targetGroups: ofTracks((urn) => ({ ...balancer, TargetGroup: name({ urn, property: "arnSuffix" }) })),
    groups: ofTracks((urn) => ({
      AutoScalingGroupName: name({ urn: groupOf(graph, urn), property: "name" }),
    })),
    database: {
      DBInstanceIdentifier: urn ? name({ urn, property: "identifier" }) : String(inputs.identifier),
    },
    ...(cache && {
      cache: { CacheClusterId: `${name({ urn: cache.urn, property: "replicationGroupId" })}-001` },
    }),
    certificate: { CertificateArn: name({ urn: only(graph, TYPES.certificate).urn, property: "arn" }) },
    vault: { BackupVaultName: name({ urn: only(graph, TYPES.vault).urn, property: "name" }) },
  };
}

function groupOf(graph: Graph, targetGroupUrn: string): string {
  const serves = (value: Value | undefined) => referencesIn(value).some(({ urn }) => urn === targetGroupUrn);
  const group = ofType(graph, TYPES.autoscalingGroup).find(({ inputs }) => serves(inputs.targetGroupArns));
  return group?.urn ?? targetGroupUrn;
}
