import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import type { Deployment, StateResource } from "../../platforms/aws/deployment.ts";

/** The database as `pulumi stack export` has it. */
interface StoredDatabase extends StateResource {
  id?: string;
}

/** The stack's own database of that ARN, which a name makes; undefined where it was there before the stack. */
export function databaseIn(deployment: Deployment, arn: string): StoredDatabase | undefined {
  return ofType(deployment, TYPES.database).find((each) => each.outputs?.arn === arn);
}

/**
 * The state with the database's resource standing for the instance that has its name now. The provider knows an instance by RDS's
 * resource id, which a name takes nowhere: without this the next refresh would look at the one of before, by its new name, and `pulumi up`
 * would rename it back. Inputs stay as they are, so an `up` finds nothing to change, and never knows of the one that is kept.
 *
 * @returns undefined where the state says that already
 */
export function standingFor(deployment: Deployment, arn: string, resourceId: string): Deployment | undefined {
  const database = databaseIn(deployment, arn);
  const was = database?.outputs?.resourceId;
  if (!database || typeof was !== "string" || was === resourceId) return undefined;
  const now: StoredDatabase = {
    ...database,
    // Providers of old knew it by its name.
    ...(database.id === was && { id: resourceId }),
    outputs: {
      ...database.outputs,
      resourceId,
      ...(database.outputs?.id === was && { id: resourceId }),
    },
  };
  return {
    ...deployment,
    resources: deployment.resources?.map((each) => (each.urn === database.urn ? now : each)) ?? [],
  };
}
