import {
  CreateDBParameterGroupCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  ModifyDBParameterGroupCommand,
  type Parameter,
  type RDSClient,
} from "@aws-sdk/client-rds";

/** RDS takes so many in one call. */
const AT_ONCE = 20;

/** What somebody has set in a parameter group; RDS's own defaults aren't in it. */
export async function setParameters(rds: RDSClient, group: string): Promise<Parameter[]> {
  const all: Parameter[] = [];
  let marker: string | undefined;
  do {
    const page = await rds.send(
      new DescribeDBParametersCommand({ DBParameterGroupName: group, Source: "user", Marker: marker }),
    );
    all.push(...(page.Parameters ?? []));
    marker = page.Marker;
  } while (marker);
  return all.filter(({ ParameterValue }) => ParameterValue !== undefined);
}

/**
 * A parameter group of the new version with what is set in the live one's; done again it changes nothing. It is what the program declares
 * once its version is the new one.
 *
 * @returns its ARN
 */
export async function copyGroup(
  rds: RDSClient,
  asked: { name: string; family: string; description: string; parameters: readonly Parameter[] },
): Promise<string> {
  await rds
    .send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: asked.name,
        DBParameterGroupFamily: asked.family,
        Description: asked.description,
      }),
    )
    .catch((error) => {
      if (!/AlreadyExists/.test(error.name)) throw error;
    });
  for (let from = 0; from < asked.parameters.length; from += AT_ONCE) {
    const Parameters = asked.parameters
      .slice(from, from + AT_ONCE)
      // A new group is used from its instance's first start on.
      .map(({ ParameterName, ParameterValue }) => ({
        ParameterName,
        ParameterValue,
        ApplyMethod: "pending-reboot" as const,
      }));
    await rds.send(new ModifyDBParameterGroupCommand({ DBParameterGroupName: asked.name, Parameters }));
  }
  return groupArn(rds, asked.name);
}

export async function groupArn(rds: RDSClient, name: string): Promise<string> {
  const { DBParameterGroups } = await rds.send(
    new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name }),
  );
  return DBParameterGroups?.[0]?.DBParameterGroupArn ?? "";
}

/** The versions that RDS upgrades to from one. */
export async function upgradeTargets(rds: RDSClient, version: string): Promise<string[]> {
  const { DBEngineVersions = [] } = await rds.send(
    new DescribeDBEngineVersionsCommand({ Engine: "postgres", EngineVersion: version }),
  );
  return DBEngineVersions.flatMap(({ ValidUpgradeTarget = [] }) =>
    ValidUpgradeTarget.flatMap(({ EngineVersion }) => EngineVersion ?? []),
  );
}
