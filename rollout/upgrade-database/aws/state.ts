import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import type { Deployment, StateResource } from "../../platforms/aws/deployment.ts";
import { databaseIn, standingFor } from "../../restore/aws/state.ts";

/** Which instance and which parameter group the stack's own name stands for now. */
export interface NowStanding {
  /** RDS's own id of the instance that has the live one's name. */
  resourceId: string;
  /** Its major version, as the config says it, and the whole one. */
  major: string;
  version: string;
  group: { name: string; arn: string; family: string; description: string };
}

interface Stored extends StateResource {
  id?: string;
  inputs?: Record<string, unknown>;
}

/**
 * The state with the database's resources standing for what has the name now: the provider knows an instance by RDS's resource id, and a
 * parameter group by its name. With the version in the config the program asks for just this, so `pulumi up` finds nothing to change, and
 * never knows of what is kept.
 *
 * @param arn the database's
 * @returns undefined where the state says that already
 */
export function upgradedState(deployment: Deployment, arn: string, now: NowStanding): Deployment | undefined {
  const before = databaseIn(deployment, arn);
  const oldGroup = before?.outputs?.parameterGroupName;
  if (!before || (before.outputs?.resourceId === now.resourceId && oldGroup === now.group.name))
    return undefined;
  const group = ofType(deployment, TYPES.databaseParameters).find(
    ({ outputs }) => outputs?.name === oldGroup,
  ) as Stored | undefined;
  const database = databaseIn(standingFor(deployment, arn, now.resourceId) ?? deployment, arn) as Stored;
  const instance: Stored = {
    ...database,
    inputs: { ...database.inputs, engineVersion: now.major, parameterGroupName: now.group.name },
    outputs: {
      ...database.outputs,
      ...{ engineVersion: now.major, engineVersionActual: now.version },
      parameterGroupName: now.group.name,
    },
  };
  const { name, arn: groupArn, family, description } = now.group;
  const parameters: Stored | undefined = group && {
    ...group,
    ...(group.id === oldGroup && { id: name }),
    inputs: { ...group.inputs, name, family, description },
    outputs: {
      ...group.outputs,
      ...{ name, family, description, arn: groupArn },
      ...(group.outputs?.id === oldGroup && { id: name }),
    },
  };
  const changed = (each: StateResource) =>
    each.urn === database.urn ? instance : each.urn === group?.urn && parameters ? parameters : each;
  return { ...deployment, resources: deployment.resources?.map(changed) ?? [] };
}

/** The description that the program gives the parameter group of a version (infra/data/database.ts), made of the present one's. */
export function descriptionFor(present: string, from: string, to: string): string {
  return present.replace(`PostgreSQL ${from} `, `PostgreSQL ${to} `);
}

/** What the state knows of the parameter group that the database uses. */
export function groupIn(deployment: Deployment, arn: string): { name: string; description: string } {
  const name = String(databaseIn(deployment, arn)?.outputs?.parameterGroupName ?? "");
  const group = ofType(deployment, TYPES.databaseParameters).find(({ outputs }) => outputs?.name === name);
  return { name, description: String(group?.outputs?.description ?? "") };
}
