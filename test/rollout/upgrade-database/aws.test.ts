import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBlueGreenDeploymentCommand,
  CreateDBParameterGroupCommand,
  type DBInstance,
  DeleteBlueGreenDeploymentCommand,
  DescribeBlueGreenDeploymentsCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
  SwitchoverBlueGreenDeploymentCommand,
} from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it, test } from "vitest";
import type { Deployment } from "../../../rollout/platforms/aws/deployment.ts";
import { databaseIn } from "../../../rollout/restore/aws/state.ts";
import { deploymentName, swapToOld } from "../../../rollout/upgrade-database/aws/names.ts";
import {
  type InstanceFacts,
  refusalsOf,
  targetOf,
} from "../../../rollout/upgrade-database/aws/preconditions.ts";
import { descriptionFor, upgradedState } from "../../../rollout/upgrade-database/aws/state.ts";
import { upgradeOnAws } from "../../../rollout/upgrade-database/aws/upgrade.ts";
import { apiError, deployment, fakeClock } from "../aws/example.ts";

const rds = mockClient(RDSClient);
const folder = mkdtempSync(join(tmpdir(), "upgrade-on-aws-"));
afterAll(() => {
  rds.restore();
  rmSync(folder, { recursive: true, force: true });
});

const LIVE = "beta-1234567";
const ARN = `arn:aws:rds:us-east-1:123456789012:db:${LIVE}`;
const NAME = deploymentName(LIVE, 17);
const arnOf = (name: string) => `arn:aws:rds:us-east-1:123456789012:db:${name}`;

const FACTS: InstanceFacts = {
  ...{ Engine: "postgres", EngineVersion: "16.4", DBInstanceStatus: "available", BackupRetentionPeriod: 7 },
  ...{ logicalReplication: "1", parametersInSync: true, targets: ["16.8", "17.4", "17.10", "18.1"] },
};

describe("whether RDS can", () => {
  it("it can, and takes the newest minor version", () => {
    expect(refusalsOf(FACTS, 17)).toEqual([]);
    expect(targetOf(FACTS.targets, 17)).toBe("17.10");
    expect(targetOf(FACTS.targets, 19)).toBeUndefined();
  });

  test.each<[Partial<InstanceFacts>, number, string]>([
    [{ Engine: "mysql" }, 17, "it is mysql, not PostgreSQL"],
    [{}, 16, "it is PostgreSQL 16.4 already"],
    [{}, 15, "it is PostgreSQL 16.4 already"],
    [
      { EngineVersion: "15.3" },
      17,
      "15.3 can't be replicated from: first take the minor version to 15.4 or later",
    ],
    [{ EngineVersion: "14.8" }, 17, "14.9 or later"],
    [{}, 19, "RDS upgrades 16.4 to 17, 18, not to 19"],
    [{ targets: [] }, 17, "to no later major version, not to 17"],
    [{ DBInstanceStatus: "modifying" }, 17, "it is modifying"],
    [{ BackupRetentionPeriod: 0 }, 17, "no automated backups"],
    [{ logicalReplication: undefined }, 17, "no rds.logical_replication"],
    [{ logicalReplication: "0" }, 17, "no rds.logical_replication"],
    [{ parametersInSync: false }, 17, "hasn't been restarted"],
    [{ MasterUserSecret: {} }, 17, "Secrets Manager"],
    [{ ReadReplicaSourceDBInstanceIdentifier: "other" }, 17, "a replica of another"],
  ])("%j, to %i: refused", (bad, major, sentence) => {
    const refusals = refusalsOf({ ...FACTS, ...bad }, major);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(sentence);
  });

  test.each(["15.4", "14.9", "16.1", "17.0"])("%s is replicated from", (EngineVersion) => {
    expect(refusalsOf({ ...FACTS, EngineVersion }, 18)).toEqual([]);
  });
});

it("the instance of before is found by the name that RDS gives it", () => {
  expect(swapToOld(LIVE, "17", [LIVE, `${LIVE}-old1`, `${LIVE}-old10`, `${LIVE}-old2`])).toEqual({
    ...{ live: LIVE, out: `${LIVE}-left-17`, in: `${LIVE}-old10` },
  });
  expect(swapToOld(LIVE, "17", [LIVE, `${LIVE}-older`])).toBeUndefined();
});

/** RDS as far as it matters. `breakAt`: the call of that number is done or not, and all after it fail: this process was killed. */
class FakeRds {
  readonly instances = new Map<string, DBInstance>();
  deployment: { status: string; source: string; target: string } | undefined;
  calls = 0;
  breakAt: { call: number; done: boolean } | undefined;

  constructor() {
    this.put(LIVE, "db-OLD", { EngineVersion: "16.4", BackupRetentionPeriod: 7 }, "beta-database-1");
    rds.on(DescribeDBInstancesCommand).callsFake(({ DBInstanceIdentifier: name }) =>
      this.called(() => {
        if (name === undefined) return { DBInstances: [...this.instances.values()] };
        const found = this.instances.get(name);
        if (!found) throw apiError("DBInstanceNotFoundFault", 404);
        return { DBInstances: [found] };
      }),
    );
    rds.on(DescribeDBEngineVersionsCommand).resolves({
      DBEngineVersions: [{ ValidUpgradeTarget: [{ EngineVersion: "17.2" }, { EngineVersion: "17.4" }] }],
    });
    rds.on(DescribeDBParametersCommand).resolves({
      Parameters: [
        { ParameterName: "rds.logical_replication", ParameterValue: "1" },
        { ParameterName: "log_connections" },
      ],
    });
    rds.on(DescribeDBParameterGroupsCommand).callsFake(async ({ DBParameterGroupName: name }) => ({
      DBParameterGroups: [{ DBParameterGroupArn: `arn:pg:${name}` }],
    }));
    rds.on(CreateDBParameterGroupCommand).callsFake(() => this.called(() => {}));
    rds.on(ModifyDBParameterGroupCommand).callsFake(() => this.called(() => {}));
    rds
      .on(DescribeBlueGreenDeploymentsCommand)
      .callsFake(({ Filters }) =>
        this.called(() => ({ BlueGreenDeployments: Filters[0].Values.includes(NAME) ? this.listed : [] })),
      );
    rds.on(CreateBlueGreenDeploymentCommand).callsFake((input) =>
      this.called(() => {
        this.put(
          `${LIVE}-green-abc`,
          "db-NEW",
          { EngineVersion: input.TargetEngineVersion },
          input.TargetDBParameterGroupName,
        );
        this.deployment = { status: "AVAILABLE", source: LIVE, target: `${LIVE}-green-abc` };
      }),
    );
    rds.on(SwitchoverBlueGreenDeploymentCommand).callsFake(() => this.called(() => this.switchOver()));
    rds.on(DeleteBlueGreenDeploymentCommand).callsFake(({ DeleteTarget }) =>
      this.called(() => {
        if (DeleteTarget) this.instances.delete(this.deployment!.target);
        this.deployment = undefined;
      }),
    );
    rds
      .on(ModifyDBInstanceCommand)
      .callsFake(({ DBInstanceIdentifier: name, NewDBInstanceIdentifier: to }) =>
        this.called(() => this.rename(name, to)),
      );
  }

  put(name: string, DbiResourceId: string, more: DBInstance, group: string): void {
    this.instances.set(name, {
      ...more,
      ...{ DBInstanceIdentifier: name, DbiResourceId, DBInstanceStatus: "available", Engine: "postgres" },
      DBInstanceArn: arnOf(name),
      DBParameterGroups: [{ DBParameterGroupName: group, ParameterApplyStatus: "in-sync" }],
    });
  }

  rename(name: string, to: string): void {
    const found = this.instances.get(name)!;
    if (this.instances.has(to)) throw apiError("DBInstanceAlreadyExists", 400);
    this.instances.delete(name);
    this.put(to, found.DbiResourceId!, found, found.DBParameterGroups![0]!.DBParameterGroupName!);
  }

  switchOver(): void {
    this.rename(LIVE, `${LIVE}-old1`);
    this.rename(this.deployment!.target, LIVE);
    this.deployment = { status: "SWITCHOVER_COMPLETED", source: `${LIVE}-old1`, target: LIVE };
  }

  get listed() {
    if (!this.deployment) return [];
    const { status, source, target } = this.deployment;
    const names = { BlueGreenDeploymentIdentifier: "bgd-1", BlueGreenDeploymentName: NAME };
    return [
      { ...names, Status: status, Source: arnOf(source), Target: arnOf(target), StatusDetails: "its reason" },
    ];
  }

  async called<T>(work: () => T): Promise<T> {
    const { call = Number.POSITIVE_INFINITY, done = false } = this.breakAt ?? {};
    const result = ++this.calls < call || (this.calls === call && done) ? work() : undefined;
    if (this.calls >= call) throw new Error("killed");
    return result!;
  }

  get versions(): Record<string, string> {
    return Object.fromEntries([...this.instances].map(([name, { EngineVersion }]) => [name, EngineVersion!]));
  }
}

const CONFIG = "config:\n  # Ours.\n  rollout:database: { version: 16, storageGiB: 40 }\n";
let fake: FakeRds;
let state: Deployment;
beforeEach(() => {
  rds.reset();
  fake = new FakeRds();
  state = stateOf();
  writeFileSync(join(folder, "Pulumi.beta.yaml"), CONFIG);
});

function stateOf(): Deployment {
  const base = deployment();
  const urn = (type: string) => `urn:pulumi:beta::rollout::rollout:infra:Database$${type}::beta-database`;
  const group = {
    name: "beta-database-1",
    family: "postgres16",
    description: "PostgreSQL 16 of beta: TLS only, slow statements logged",
  };
  const database = { identifier: LIVE, engineVersion: "16", parameterGroupName: "beta-database-1" };
  return {
    ...base,
    resources: [
      ...base.resources!,
      {
        ...{
          urn: urn("aws:rds/instance:Instance"),
          type: "aws:rds/instance:Instance",
          id: "db-OLD",
          inputs: database,
        },
        outputs: { ...database, resourceId: "db-OLD", id: "db-OLD", arn: ARN, engineVersionActual: "16.4" },
      },
      {
        ...{
          urn: urn("aws:rds/parameterGroup:ParameterGroup"),
          type: "aws:rds/parameterGroup:ParameterGroup",
        },
        ...{
          id: "beta-database-1",
          inputs: group,
          outputs: { ...group, id: "beta-database-1", arn: "arn:pg:beta-database-1" },
        },
      },
    ] as Deployment["resources"] & object,
  };
}

function upgrade(to: number | "back" | "finish", confirmed = true) {
  return upgradeOnAws({
    ...{ stack: "beta", projectDir: folder, to, say: () => {}, clock: fakeClock() },
    confirm: async () => confirmed,
    engine: {
      deployment: async () => state,
      replaceState: async (next) => {
        state = next;
      },
    },
  });
}

const config = () => readFileSync(join(folder, "Pulumi.beta.yaml"), "utf8");
const stored = (type: string) =>
  state.resources!.find((each) => each.type === type) as unknown as Record<string, object>;
const UPGRADED = CONFIG.replace("16", "17");

it("a new instance takes the live one's name; config and state say the version that runs", async () => {
  const done = await upgrade(17);
  expect(done).toMatchObject({ live: "17", kept: `${LIVE}-old1` });
  expect(done!.todo[0]).toContain("Pulumi.beta.yaml says version 17 now: commit it");
  expect(fake.versions).toEqual({ [LIVE]: "17.4", [`${LIVE}-old1`]: "16.4" });
  expect(config()).toBe(UPGRADED);
  const group = { name: `${LIVE}-postgres17`, family: "postgres17" };
  const description = "PostgreSQL 17 of beta: TLS only, slow statements logged";
  expect(stored("aws:rds/instance:Instance")).toMatchObject({
    id: "db-NEW",
    inputs: { identifier: LIVE, engineVersion: "17", parameterGroupName: group.name },
    outputs: {
      resourceId: "db-NEW",
      engineVersion: "17",
      engineVersionActual: "17.4",
      parameterGroupName: group.name,
    },
  });
  expect(stored("aws:rds/parameterGroup:ParameterGroup")).toMatchObject({
    ...{ id: group.name, inputs: { ...group, description } },
    outputs: { ...group, description, arn: `arn:pg:${group.name}`, id: group.name },
  });
  const [made] = rds.commandCalls(CreateBlueGreenDeploymentCommand);
  expect(made!.args[0].input).toEqual({
    ...{ BlueGreenDeploymentName: NAME, Source: ARN, TargetEngineVersion: "17.4" },
    TargetDBParameterGroupName: group.name,
  });
  const [set] = rds.commandCalls(ModifyDBParameterGroupCommand);
  expect(set!.args[0].input.Parameters).toEqual([
    { ParameterName: "rds.logical_replication", ParameterValue: "1", ApplyMethod: "pending-reboot" },
  ]);
});

it("goes back by name, and is finished only after a switch", async () => {
  await expect(upgrade("finish")).rejects.toThrow(
    "no blue/green deployment of the database has switched over",
  );
  await expect(upgrade("back")).rejects.toThrow("nothing to go back to");
  await upgrade(17);
  expect(await upgrade("back", false)).toBeUndefined();
  expect(fake.deployment).toBeDefined();
  expect(await upgrade("back")).toMatchObject({ live: "16", kept: `${LIVE}-left-17` });
  expect(fake.versions).toEqual({ [LIVE]: "16.4", [`${LIVE}-left-17`]: "17.4" });
  expect(config()).toBe(CONFIG);
  expect(state).toEqual(stateOf());
});

it("finished, the instance of before stays, and what it costs is said", async () => {
  await upgrade(17);
  const done = await upgrade("finish");
  expect(done).toMatchObject({ live: "17", kept: `${LIVE}-old1` });
  expect(done!.todo[0]).toContain(`aws rds delete-db-instance --db-instance-identifier ${LIVE}-old1`);
  expect(fake.deployment).toBeUndefined();
  expect(Object.keys(fake.versions)).toEqual([`${LIVE}-old1`, LIVE]);
});

it("not confirmed, the new instance goes on following, and is removed by --back", async () => {
  expect(await upgrade(17, false)).toBeUndefined();
  expect(rds.commandCalls(SwitchoverBlueGreenDeploymentCommand)).toEqual([]);
  await upgrade("back");
  expect(fake.versions).toEqual({ [LIVE]: "16.4" });
  expect(rds.commandCalls(DeleteBlueGreenDeploymentCommand)[0]!.args[0].input.DeleteTarget).toBe(true);
  expect(config()).toBe(CONFIG);
});

it("what RDS can't do is refused before anything is made, with the other way", async () => {
  fake.put(LIVE, "db-OLD", { EngineVersion: "15.3" }, "beta-database-1");
  await expect(upgrade(17)).rejects.toThrow(
    /2 |15\.3 can't be replicated from[\s\S]*upgradeFrom \(allowMajorVersionUpgrade\)/,
  );
  expect(rds.commandCalls(CreateBlueGreenDeploymentCommand)).toEqual([]);
  state = {
    ...state,
    resources: state.resources!.filter(({ type }) => type !== "aws:rds/instance:Instance"),
  };
  await expect(upgrade(17)).rejects.toThrow("isn't the stack's own");
});

test.each(["INVALID_CONFIGURATION", "SWITCHOVER_FAILED"])(
  "a deployment that is %s is told with RDS's reason",
  async (status) => {
    await upgrade(17, false);
    rds.on(SwitchoverBlueGreenDeploymentCommand).callsFake(() => {
      fake.deployment!.status = status;
    });
    await expect(upgrade(17)).rejects.toThrow(
      `${NAME} is ${status}: its reason. The live one serves as before`,
    );
    expect(config()).toBe(CONFIG);
  },
);

it("killed at any call, before or after it was done, the same command ends it", async () => {
  await upgrade(17);
  const calls = fake.calls;
  expect(calls).toBeGreaterThan(8);
  for (let call = 1; call <= calls; call++)
    for (const done of [false, true]) {
      rds.reset();
      fake = new FakeRds();
      state = stateOf();
      writeFileSync(join(folder, "Pulumi.beta.yaml"), CONFIG);
      fake.breakAt = { call, done };
      await expect(upgrade(17)).rejects.toThrow("killed");
      fake.breakAt = undefined;
      expect(await upgrade(17), `killed at ${call}, ${done}`).toMatchObject({ live: "17" });
      expect([fake.versions, config()]).toEqual([{ [LIVE]: "17.4", [`${LIVE}-old1`]: "16.4" }, UPGRADED]);
      expect(databaseIn(state, ARN)?.outputs?.resourceId).toBe("db-NEW");
    }
});

it("the way back, killed at any call, is ended by the same command", async () => {
  await upgrade(17);
  const before = fake.calls;
  await upgrade("back");
  const calls = fake.calls - before;
  for (let call = 1; call <= calls; call++)
    for (const done of [false, true]) {
      rds.reset();
      fake = new FakeRds();
      state = stateOf();
      writeFileSync(join(folder, "Pulumi.beta.yaml"), CONFIG);
      await upgrade(17);
      fake.breakAt = { call: fake.calls + call, done };
      await expect(upgrade("back")).rejects.toThrow("killed");
      fake.breakAt = undefined;
      expect(await upgrade("back"), `killed at ${call}, ${done}`).toMatchObject({ live: "16" });
      expect([fake.versions, config()]).toEqual([{ [LIVE]: "16.4", [`${LIVE}-left-17`]: "17.4" }, CONFIG]);
      expect(state).toEqual(stateOf());
    }
});

it("the state is left alone where it says all that already, and a foreign description too", () => {
  const now = { resourceId: "db-OLD", major: "16", version: "16.4" };
  const group = { name: "beta-database-1", arn: "x", family: "postgres16", description: "x" };
  expect(upgradedState(state, ARN, { ...now, group })).toBeUndefined();
  expect(upgradedState({ resources: [] }, ARN, { ...now, group })).toBeUndefined();
  expect(descriptionFor("Managed by hand", "16", "17")).toBe("Managed by hand");
});
