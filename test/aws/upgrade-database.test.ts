import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  DescribeDBInstancesCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../rollout/platforms/aws/deployment.ts";
import { upgradeOnAws } from "../../rollout/upgrade-database/aws/upgrade.ts";
import { deployment, fakeClock } from "../rollout/aws/example.ts";
import { type Answering, Front, xml } from "./front.ts";
import { Moto, motoThere, skipped } from "./moto.ts";

const LIVE = "beta-1234567";
const ARN = `arn:aws:rds:us-east-1:123456789012:db:${LIVE}`;
const GROUP = "beta-database-1";

/** What moto doesn't know. */
const versionsOfRds: Answering = ({ name }) =>
  name === "DescribeDBEngineVersions"
    ? xml(
        name,
        "<DBEngineVersions><DBEngineVersion><ValidUpgradeTarget><UpgradeTarget><EngineVersion>17.4</EngineVersion></UpgradeTarget>" +
          "</ValidUpgradeTarget></DBEngineVersion></DBEngineVersions>",
      )
    : undefined;

describe.skipIf(!motoThere)(`${skipped}a database's major version`, () => {
  const folder = mkdtempSync(join(tmpdir(), "upgrade-on-moto-"));
  const file = join(folder, "Pulumi.beta.yaml");
  let moto: Moto;
  let front: Front;
  let rds: RDSClient;
  let state: Deployment;

  beforeAll(async () => {
    moto = await Moto.start();
    front = await Front.start(moto.endpoint, [versionsOfRds]);
    process.env.AWS_ENDPOINT_URL = front.endpoint;
    rds = new RDSClient({});
    writeFileSync(file, "config:\n  rollout:database: { version: 16 }\n");
    await rds.send(
      new CreateDBParameterGroupCommand({
        ...{
          DBParameterGroupName: GROUP,
          DBParameterGroupFamily: "postgres16",
          Description: "PostgreSQL 16 of beta",
        },
      }),
    );
    await rds.send(
      new ModifyDBParameterGroupCommand({
        DBParameterGroupName: GROUP,
        Parameters: [
          { ParameterName: "rds.logical_replication", ParameterValue: "1", ApplyMethod: "pending-reboot" },
          { ParameterName: "log_connections", ParameterValue: "1", ApplyMethod: "immediate" },
        ],
      }),
    );
    await rds.send(
      new CreateDBInstanceCommand({
        ...{
          DBInstanceIdentifier: LIVE,
          DBInstanceClass: "db.t4g.medium",
          Engine: "postgres",
          EngineVersion: "16.4",
        },
        ...{ AllocatedStorage: 20, MasterUsername: "app_beta", MasterUserPassword: "not-a-secret" },
        ...{ BackupRetentionPeriod: 7, StorageEncrypted: true, DBParameterGroupName: GROUP },
      }),
    );
    state = stateOf(await resourceId(LIVE));
  });
  afterAll(async () => {
    await front?.stop();
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function instances() {
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    return new Map(DBInstances.map((each) => [each.DBInstanceIdentifier!, each]));
  }
  const resourceId = async (name: string) => (await instances()).get(name)!.DbiResourceId!;
  const versions = async () =>
    Object.fromEntries([...(await instances())].map(([name, { EngineVersion }]) => [name, EngineVersion]));

  function stateOf(id: string): Deployment {
    const database = { identifier: LIVE, engineVersion: "16", parameterGroupName: GROUP };
    const instance = {
      ...{
        urn: "urn:pulumi:beta::rollout::aws:rds/instance:Instance::beta-database",
        type: "aws:rds/instance:Instance",
      },
      ...{ id, inputs: database, outputs: { ...database, id, resourceId: id, arn: ARN } },
    };
    return { ...deployment(), resources: [...deployment().resources!, instance] };
  }

  const upgrade = (to: number | "back" | "finish") =>
    upgradeOnAws({
      ...{ stack: "beta", projectDir: folder, to, say: () => {}, clock: fakeClock() },
      confirm: async () => true,
      engine: {
        deployment: async () => state,
        replaceState: async (next) => {
          state = next;
        },
      },
    });
  const stored = () => state.resources!.at(-1)!.outputs!;

  test("changes by a blue/green deployment, and back", async () => {
    const before = await resourceId(LIVE);
    const done = await upgrade(17);
    expect(done).toMatchObject({ live: "17", kept: `${LIVE}-old1` });
    const now = await instances();
    expect(now.get(LIVE)!.EngineVersion).toMatch(/^17/);
    expect(now.get(LIVE)!.DBParameterGroups).toMatchObject([{ DBParameterGroupName: `${LIVE}-postgres17` }]);
    expect(now.get(`${LIVE}-old1`)!.DbiResourceId).toBe(before);
    expect(stored()).toMatchObject({ resourceId: now.get(LIVE)!.DbiResourceId, engineVersion: "17" });
    expect(readFileSync(file, "utf8")).toContain("version: 17");

    expect(await upgrade("back")).toMatchObject({ live: "16", kept: `${LIVE}-left-17` });
    expect(Object.keys(await versions()).toSorted()).toEqual([LIVE, `${LIVE}-left-17`]);
    expect(await resourceId(LIVE)).toBe(before);
    expect(stored()).toMatchObject({ resourceId: before, engineVersion: "16", parameterGroupName: GROUP });
    expect(readFileSync(file, "utf8")).toContain("version: 16");
  });
});
