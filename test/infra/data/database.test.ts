import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Database, type DatabaseArgs } from "../../../infra/data/database.ts";
import { tierOf } from "../../../infra/settings/tier.ts";
import { changed } from "../../support/changed.ts";
import { type Recording, record } from "../../support/mocks.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const INSTANCE = "aws:rds/instance:Instance";
const PARAMETERS = "aws:rds/parameterGroup:ParameterGroup";

const SETTINGS: DatabaseArgs["settings"] = {
  instanceClass: "db.t4g.small",
  version: 16,
  storageGiB: 20,
  maxStorageGiB: 100,
  multiAz: false,
  backupEveryHours: 6,
  backupRetentionDays: 30,
};

function database(
  settings: Partial<DatabaseArgs["settings"]> = {},
  tier: "beta" | "prod" = "beta",
): Promise<Recording> {
  return record(() => {
    const { address, port, arn, identifier, login } = new Database("beta", {
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupId: "sg-database",
      settings: { ...SETTINGS, ...settings },
      tier: tierOf({ tier }),
      databaseName: "app_beta",
      username: "app_beta",
      password: pulumi.secret("a password"),
      region: "us-east-1",
      logRetentionDays: 30,
    });
    return { address, port, arn, identifier, login };
  });
}

const beta = await database();
const prod = await database({ multiAz: true }, "prod");

describe("the instance", () => {
  test("is encrypted, private and reachable by its own security group only", () => {
    expect(beta.one(INSTANCE).inputs).toMatchObject({
      storageEncrypted: true,
      publiclyAccessible: false,
      dbSubnetGroupName: "${beta-database.name}",
      vpcSecurityGroupIds: ["sg-database"],
    });
    expect(beta.one("aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds).toEqual(["subnet-a", "subnet-b"]);
  });

  test("has its password as a secret", () => {
    expect(beta.one(INSTANCE).inputs.password).toEqual({ secret: "a password" });
  });

  test("is protected, in beta too", () => {
    for (const each of [beta, prod]) {
      expect(each.one(INSTANCE).options.protect).toBe(true);
      expect(each.one(INSTANCE).inputs.deletionProtection).toBe(true);
    }
  });

  test("patches itself, but changes its major version and restarts only when asked", () => {
    expect(beta.one(INSTANCE).inputs).toMatchObject({
      engine: "postgres",
      engineVersion: "16",
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      applyImmediately: false,
    });
  });

  test("changes its major version at once when it is told from which, and never before a snapshot", async () => {
    const upgraded = await database({ version: 17, upgradeFrom: 16 });
    expect(upgraded.one(INSTANCE).inputs).toMatchObject({
      engineVersion: "17",
      allowMajorVersionUpgrade: true,
      applyImmediately: true,
    });
    expect(upgraded.one(PARAMETERS).inputs.family).toBe("postgres17");
    const { resources } = await shippedGraph("beta");
    expect(resources.find(({ type }) => type === INSTANCE)!.options.hooks).toBeUndefined();
  });

  test("grows by itself up to the limit", () => {
    expect(beta.one(INSTANCE).inputs).toMatchObject({
      storageType: "gp3",
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
    });
  });

  test("is watched: its log, its statements and its system", () => {
    expect(beta.one(INSTANCE).inputs).toMatchObject({
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 60,
      monitoringRoleArn: "${beta-database-monitoring.arn}",
    });
  });

  test("can go back in time: 7 days in beta, 35 in prod", () => {
    expect(beta.one(INSTANCE).inputs.backupRetentionPeriod).toBe(7);
    expect(prod.one(INSTANCE).inputs.backupRetentionPeriod).toBe(35);
  });

  test("leaves a last snapshot in prod, of the same name in each preview, and its backups", () => {
    expect(prod.one(INSTANCE).inputs).toMatchObject({
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "beta-database-final",
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      multiAz: true,
    });
    expect(beta.one(INSTANCE).inputs.skipFinalSnapshot).toBe(true);
  });
});

describe("what would replace the instance", () => {
  /** "Forces new resource" in the provider's documentation of aws_db_instance, and the name itself. */
  const REPLACING = [
    "availabilityZone",
    "backupTarget",
    "characterSetName",
    "customIamInstanceProfile",
    "dbName",
    "dbSubnetGroupName",
    "engine",
    "identifier",
    "identifierPrefix",
    "kmsKeyId",
    "ncharCharacterSetName",
    "replicateSourceDb",
    "restoreToPointInTime",
    "snapshotIdentifier",
    "storageEncrypted",
    "timezone",
    "username",
  ];
  const identity = (each: Recording) => {
    const { urn, inputs } = each.one(INSTANCE);
    return {
      urn,
      ...Object.fromEntries(REPLACING.flatMap((key) => (key in inputs ? [[key, inputs[key]]] : []))),
    };
  };

  test("is fixed", () => {
    expect(identity(beta)).toEqual({
      urn: "urn:pulumi:beta::rollout::rollout:infra:Database$aws:rds/instance:Instance::beta-database",
      dbName: "app_beta",
      dbSubnetGroupName: "${beta-database.name}",
      engine: "postgres",
      identifier: "beta-database",
      storageEncrypted: true,
      username: "app_beta",
    });
  });

  test.each<Partial<DatabaseArgs["settings"]>>([
    { instanceClass: "db.m7g.large" },
    { version: 17 },
    { storageGiB: 50 },
    { maxStorageGiB: 500 },
    { multiAz: true },
    { backupEveryHours: 12 },
    { backupRetentionDays: 60 },
  ])("isn't changed by %o", async (settings) => {
    expect(identity(await database(settings))).toEqual(identity(beta));
  });

  test("isn't changed by the tier", () => {
    expect(identity(prod)).toEqual(identity(beta));
  });
});

describe("the parameter group", () => {
  const settings = (each: Recording) =>
    Object.fromEntries(
      each
        .one(PARAMETERS)
        .inputs.parameters.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );

  test("refuses clients without TLS, and logs slow statements without their values", () => {
    expect(settings(beta)).toMatchObject({
      "rds.force_ssl": "1",
      log_connections: "1",
      log_disconnections: "1",
      log_min_duration_statement: "500",
      log_parameter_max_length: "0",
      shared_preload_libraries: "pg_stat_statements",
    });
  });

  test("is sorted, so that a new setting moves no other in a preview", () => {
    expect(Object.keys(settings(beta))).toEqual(Object.keys(settings(beta)).toSorted());
  });

  test("is of the family of the major version", async () => {
    expect(beta.one(PARAMETERS).inputs.family).toBe("postgres16");
    expect((await database({ version: 17 })).one(PARAMETERS).inputs.family).toBe("postgres17");
  });
});

test("a larger instance class changes the instance only", async () => {
  expect(changed(beta, await database({ instanceClass: "db.m7g.large" }))).toEqual([
    `${INSTANCE} beta-database`,
  ]);
});

test("servers learn where it is and as whom to log in", () => {
  expect(beta.outputs).toMatchObject({
    address: "${beta-database.address}",
    port: 5432,
    arn: "${beta-database.arn}",
    identifier: "beta-database",
    login: { name: "app_beta", user: "app_beta" },
  });
});

test("its logs are kept as long as all others: their groups are made before RDS would make them, without an end", () => {
  const groups = beta.of("aws:cloudwatch/logGroup:LogGroup");
  expect(groups.map(({ inputs }) => [inputs.name, inputs.retentionInDays])).toEqual([
    ["/aws/rds/instance/beta-database/postgresql", 30],
    ["/aws/rds/instance/beta-database/upgrade", 30],
  ]);
  const { inputs, dependencies } = beta.one(INSTANCE);
  expect(inputs.identifier).toBe("beta-database");
  expect(dependencies).toEqual(expect.arrayContaining(groups.map(({ urn }) => urn)));
});
