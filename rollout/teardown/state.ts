import { afterLast, upTo } from "../../infra/sure.ts";
import type { Deployment, StateResource } from "../platforms/aws/deployment.ts";

/** A resource of the state with what a deletion goes by, as `pulumi stack export` has it. */
export interface StoredResource extends StateResource {
  inputs?: Record<string, unknown>;
  protect?: boolean;
  retainOnDelete?: boolean;
  parent?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  deletedWith?: string;
}

export function resourcesIn({ resources = [] }: Deployment): StoredResource[] {
  return resources;
}

export function nameOf({ urn }: StateResource): string {
  return afterLast(urn, "::");
}

/** The name of the stack, as the program's resources begin with it. */
function stackOf({ urn }: StateResource): string {
  return upTo(urn, "::").replace("urn:pulumi:", "");
}

/**
 * What outlives the stack. The vault has the backups, which a lock keeps until their time; AWS Backup deletes them then by
 * the role that made them, and keeps them for ever where that is gone (Developer Guide, "Deleting backups": EXPIRED). The
 * journal says what was done.
 */
export function staysBehind(resource: StoredResource): boolean {
  const name = nameOf(resource);
  const stack = stackOf(resource);
  if (/^aws:backup\/(vault|vaultLockConfiguration):/.test(resource.type)) return true;
  if (/^aws:iam\/(role|rolePolicyAttachment):/.test(resource.type))
    return name === `${stack}-backups` || name.startsWith(`${stack}-backups-`);
  return resource.type.startsWith("aws:s3/") && name === `${stack}-journal`;
}

/** What the provider goes by when it deletes: without these AWS refuses, or a name of an earlier teardown is in the way. */
const DELETABLE: Record<string, Record<string, unknown>> = {
  "aws:rds/instance:Instance": { deletionProtection: false, skipFinalSnapshot: true },
  "aws:elasticache/replicationGroup:ReplicationGroup": { finalSnapshotIdentifier: undefined },
  "aws:lb/loadBalancer:LoadBalancer": { enableDeletionProtection: false },
  "aws:ecr/repository:Repository": { forceDelete: true },
  "aws:s3/bucket:Bucket": { forceDestroy: true },
};

/**
 * The state from which `pulumi destroy` gets to its end: what stays behind is no longer in it, nothing is protected, and
 * what isn't empty may be deleted all the same. Done to one that is ready it changes nothing.
 */
export function readied(deployment: Deployment): Deployment {
  const all = resourcesIn(deployment);
  const kept = new Set(all.filter(staysBehind).map(({ urn }) => urn));
  const without = (urns: string[] = []) => urns.filter((urn) => !kept.has(urn));
  const resources = all
    .filter(({ urn }) => !kept.has(urn))
    .map((each): StoredResource => {
      const change = DELETABLE[each.type];
      return {
        ...each,
        protect: false,
        ...(each.dependencies && { dependencies: without(each.dependencies) }),
        ...(each.propertyDependencies && {
          propertyDependencies: Object.fromEntries(
            Object.entries(each.propertyDependencies).map(([key, urns]) => [key, without(urns)]),
          ),
        }),
        ...(change && { inputs: { ...each.inputs, ...change }, outputs: { ...each.outputs, ...change } }),
      };
    });
  return { ...deployment, resources };
}
