import {
  AppConfigClient,
  DeleteHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import {
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Deployment } from "../../../rollout/platforms/aws/deployment.ts";
import { planOf, planText } from "../../../rollout/teardown/plan.ts";
import { readied, resourcesIn, type StoredResource } from "../../../rollout/teardown/state.ts";
import { teardown } from "../../../rollout/teardown/teardown.ts";
import { fakeClock } from "../aws/example.ts";

const rds = mockClient(RDSClient);
const balancer = mockClient(ElasticLoadBalancingV2Client);
const appConfig = mockClient(AppConfigClient);
afterAll(() => {
  for (const each of [rds, balancer, appConfig]) each.restore();
});

const ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/prod-alb-1/0";
const urn = (type: string, name: string) => `urn:pulumi:prod::rollout::${type}::${name}`;

function resource(type: string, name: string, rest: Partial<StoredResource> = {}): StoredResource {
  return { urn: urn(type, name), type, outputs: {}, ...rest };
}

const VAULT = urn("aws:backup/vault:Vault", "prod-backups");
const state = (): Deployment => ({
  resources: [
    resource("pulumi:pulumi:Stack", "rollout-prod", {
      outputs: { flags: { application: "app1", environment: "env1", profile: "pro1" } },
    }),
    resource("aws:rds/instance:Instance", "prod-database", {
      protect: true,
      inputs: { deletionProtection: true },
      outputs: {
        identifier: "prod-database",
        deletionProtection: true,
        skipFinalSnapshot: false,
        deleteAutomatedBackups: false,
        backupRetentionPeriod: 35,
      },
    }),
    resource("aws:lb/loadBalancer:LoadBalancer", "prod-alb", {
      outputs: { arn: ALB, enableDeletionProtection: true },
    }),
    resource("aws:appconfig/environment:Environment", "prod-flags"),
    resource("aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion", "prod-flags", {
      retainOnDelete: true,
    }),
    resource("aws:ecr/repository:Repository", "prod-app"),
    resource("aws:kms/key:Key", "prod-alerts"),
    resource("aws:backup/vault:Vault", "prod-backups", {
      protect: true,
      outputs: { name: "prod-backups-1" },
    }),
    resource("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "prod-backups"),
    resource("aws:iam/role:Role", "prod-backups"),
    resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "prod-backups-restores"),
    resource("aws:iam/role:Role", "prod-server"),
    resource("aws:backup/plan:Plan", "prod-backups", {
      dependencies: [VAULT, urn("aws:kms/key:Key", "prod-alerts")],
      propertyDependencies: { rules: [VAULT] },
    }),
    resource("aws:s3/bucket:Bucket", "prod-journal", { outputs: { bucket: "prod-journal-1" } }),
    resource("aws:s3/bucketVersioning:BucketVersioning", "prod-journal"),
    resource("aws:s3/bucket:Bucket", "prod-access-logs", { outputs: { bucket: "prod-access-logs-1" } }),
  ],
});
const find = (of: Deployment, type: string, name: string) =>
  resourcesIn(of).find((each) => each.urn === urn(type, name));

let done: string[];
let stored: Deployment;
const engine = {
  async deployment() {
    return stored;
  },
  async replaceState(next: Deployment) {
    done.push("state");
    stored = next;
  },
  async destroy() {
    done.push("destroy");
  },
};
const run = (typed = "prod") =>
  teardown({
    stack: "prod",
    engine,
    clock: fakeClock(Date.UTC(2026, 10, 29, 12, 54)),
    confirm: async (text) => {
      done.push(`asked: ${text.split("\n")[0]}`);
      return typed;
    },
    say: () => {},
  });

beforeEach(() => {
  for (const each of [rds, balancer, appConfig]) each.reset();
  done = [];
  stored = state();
  rds.on(CreateDBSnapshotCommand).callsFake(() => done.push("snapshot"));
  rds
    .on(DescribeDBSnapshotsCommand)
    .resolvesOnce({ DBSnapshots: [{ Status: "creating" }] })
    .resolves({ DBSnapshots: [{ Status: "available" }] });
  rds.on(ModifyDBInstanceCommand).callsFake(() => done.push("database unprotected"));
  balancer.on(ModifyLoadBalancerAttributesCommand).callsFake(() => done.push("balancer unprotected"));
  appConfig.on(ListDeploymentsCommand).resolves({ Items: [{ DeploymentNumber: 2, State: "BAKING" }] });
  appConfig.on(StopDeploymentCommand).callsFake(() => done.push("flags stopped"));
  appConfig
    .on(ListHostedConfigurationVersionsCommand)
    .resolvesOnce({ Items: [{ VersionNumber: 2 }, { VersionNumber: 1 }] })
    .resolves({ Items: [] });
  appConfig.on(DeleteHostedConfigurationVersionCommand).callsFake(() => done.push("version deleted"));
});

test("asks, backs up, frees what is held, and deletes: in this order", async () => {
  await run();
  expect(done).toEqual([
    "asked: prod: 9 resources are deleted, and its name answers no more.",
    "snapshot",
    "flags stopped",
    "version deleted",
    "version deleted",
    "database unprotected",
    "balancer unprotected",
    "state",
    "destroy",
  ]);
  expect(rds.commandCalls(CreateDBSnapshotCommand)[0]!.args[0].input).toEqual({
    DBInstanceIdentifier: "prod-database",
    DBSnapshotIdentifier: "prod-database-last-20261129-125400",
  });
});

test.each(["", "beta", "Prod", "yes"])("does nothing when %j is typed", async (typed) => {
  await expect(run(typed)).rejects.toThrow("nothing was done");
  expect(done).toHaveLength(1);
});

test("deletes nothing when the last backup fails", async () => {
  rds.on(DescribeDBSnapshotsCommand).resolves({ DBSnapshots: [{ Status: "failed" }] });
  await expect(run()).rejects.toThrow("nothing was deleted");
  expect(done.slice(1)).toEqual(["snapshot"]);
});

test("begun again after it was ended, it goes on with what is left", async () => {
  const left = ["prod-alerts", "prod-server"];
  stored = {
    resources: resourcesIn(readied(state())).filter((each) => left.some((name) => each.urn.endsWith(name))),
  };
  await run();
  expect(done.slice(1)).toEqual(["state", "destroy"]);
});

test("a stack without resources is none", async () => {
  stored = {};
  await expect(run()).rejects.toThrow("prod has no resources");
});

describe("the state from which Pulumi destroys", () => {
  const ready = readied(state());

  test("has nothing that stays: the vault, its lock and role, the journal", () => {
    const names = (of: Deployment) => resourcesIn(of).map((each) => each.urn);
    const gone = names(state()).filter((each) => !names(ready).includes(each));
    expect(gone.map((each) => each.split("::").slice(-2).join(" "))).toEqual([
      "aws:backup/vault:Vault prod-backups",
      "aws:backup/vaultLockConfiguration:VaultLockConfiguration prod-backups",
      "aws:iam/role:Role prod-backups",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment prod-backups-restores",
      "aws:s3/bucket:Bucket prod-journal",
      "aws:s3/bucketVersioning:BucketVersioning prod-journal",
    ]);
  });

  test("names nothing that it hasn't: the engine refuses such a state", () => {
    const there = new Set(resourcesIn(ready).map((each) => each.urn));
    const named = resourcesIn(ready).flatMap(({ dependencies = [], propertyDependencies = {} }) => [
      ...dependencies,
      ...Object.values(propertyDependencies).flat(),
    ]);
    expect(named).not.toEqual([]);
    expect(named.filter((each) => !there.has(each))).toEqual([]);
  });

  test("protects nothing, and lets what isn't empty be deleted", () => {
    expect(resourcesIn(ready).filter(({ protect }) => protect)).toEqual([]);
    expect(find(ready, "aws:rds/instance:Instance", "prod-database")!.outputs).toMatchObject({
      deletionProtection: false,
      skipFinalSnapshot: true,
      deleteAutomatedBackups: false,
    });
    expect(find(ready, "aws:ecr/repository:Repository", "prod-app")!.outputs).toEqual({ forceDelete: true });
    expect(find(ready, "aws:s3/bucket:Bucket", "prod-access-logs")!.outputs).toMatchObject({
      forceDestroy: true,
    });
  });

  test("is the same when it is made ready once more", () => {
    expect(readied(ready)).toEqual(ready);
  });
});

test("what is lost, and what stays and costs, is said in words", () => {
  const text = planText(planOf(state(), "prod", Date.UTC(2026, 10, 29, 12, 54)));
  for (const line of [
    "prod-database: the database",
    "prod-app: the images, also those that a rollback needs",
    "prod-alerts: the key, and with it all that it encrypts (for 7 days its deletion can be cancelled",
    "First a last backup is taken: prod-database-last-20261129-125400",
    "the snapshot prod-database-last-20261129-125400, for ever: aws rds delete-db-snapshot",
    "RDS's own backups of prod-database, 35 days",
    "the vault prod-backups-1: its backups cost until",
    "the journal in prod-journal-1",
  ])
    expect(text).toContain(line);
});
