import { beforeAll, describe, expect, test } from "vitest";
import { changed } from "../support/changed.ts";
import type { Recording } from "../support/mocks.ts";
import { recordStack } from "../support/stacks.ts";

const STATEFUL = [
  "aws:rds/instance:Instance",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:backup/vault:Vault",
];

describe.each(["beta", "prod"])("the %s stack", (stack) => {
  let all: Recording;
  beforeAll(async () => {
    all = await recordStack(stack);
  });

  test("gives every AWS resource the stack's provider, and with it the stack's tags", () => {
    const { inputs, urn } = all.one("pulumi:providers:aws");
    expect(inputs.region).toBe("us-east-1");
    expect(JSON.parse(inputs.defaultTags).tags).toEqual({
      project: "rollout",
      stack,
      tier: stack,
      managedBy: "pulumi",
    });
    const others = all.resources.filter(
      ({ type, options }) => type.startsWith("aws:") && options.provider !== urn,
    );
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  test("protects what holds data from deletion", () => {
    const unprotected = all.resources.filter(
      ({ type, options }) => STATEFUL.includes(type) && !options.protect,
    );
    expect(unprotected.map(({ name }) => name)).toEqual([]);
    for (const type of STATEFUL) expect(all.of(type)).toHaveLength(1);
  });

  test("belongs to components: nothing but the provider stands alone", () => {
    const alone = all.resources.filter(
      ({ type, parent }) => type.startsWith("aws:") && !parent?.includes("rollout:infra:"),
    );
    expect(alone.map(({ name }) => name)).toEqual([]);
  });

  test("tells people and pipelines where things are", () => {
    expect(all.outputs).toMatchObject({
      url: expect.stringMatching(/^https:\/\//),
      stable: "blue",
      planWeights: [10, 25, 50, 100],
      listenerArn: `\${${stack}-https.arn}`,
      targetGroupArns: { blue: `\${${stack}-blue.arn}`, green: `\${${stack}-green.arn}` },
      dashboardUrl: expect.stringContaining("cloudwatch"),
      logGroups: {
        app: `/rollout/${stack}/app`,
        nginx: `/rollout/${stack}/nginx`,
        system: `/rollout/${stack}/system`,
      },
      backupVault: expect.any(String),
      // What a rollout acts by.
      servers: {
        blue: {
          group: `\${${stack}-blue.name}`,
          ...(stack === "prod" ? { least: 2, most: 4 } : { least: 1, most: 1 }),
        },
      },
      databaseArn: expect.stringMatching(/\.arn}$/),
      backupRetentionDays: 30,
      backupRoleArn: `\${${stack}-backups.arn}`,
      journalBucket: `\${${stack}-journal.bucket}`,
      alertTopicArns: { P1: expect.stringMatching(/\.arn}$/), P4: expect.stringMatching(/\.arn}$/) },
    });
    expect(Object.values(all.outputs.weights as Record<string, number>).reduce((a, b) => a + b)).toBe(100);
    expect(JSON.stringify(all.outputs)).not.toContain('secret":');
  });

  test("tells its servers which track is stable where the app has a migration, and lets them ask", async () => {
    const named = (recording: Recording) =>
      recording.of("aws:ssm/parameter:Parameter").map(({ inputs }) => inputs);
    const asking = (recording: Recording) =>
      recording
        .of("aws:iam/rolePolicy:RolePolicy")
        .filter(({ inputs }) => String(inputs.policy).includes("ssm:GetParameters"));
    const migrating = await recordStack(stack, { app: { migrate: ["alembic", "upgrade", "head"] } });
    expect(named(migrating)).toMatchObject([{ name: `/rollout/${stack}/stable`, insecureValue: "blue" }]);
    expect(asking(migrating).map(({ name }) => name)).toContain(`${stack}-server-processes`);
    expect(named(all)).toEqual([]);
    expect(asking(all).map(({ name }) => name)).not.toContain(`${stack}-server-processes`);
  });

  test("the copy that is restored stands where the database does, out of everybody's reach", () => {
    const { restoreMetadataOverrides: place } = all.one(
      "aws:backup/restoreTestingSelection:RestoreTestingSelection",
    ).inputs;
    const database = all.one("aws:rds/instance:Instance").inputs;
    expect(place).toEqual({
      dbSubnetGroupName: database.dbSubnetGroupName,
      vpcSecurityGroupIds: JSON.stringify(database.vpcSecurityGroupIds),
      publiclyAccessible: "false",
      multiAz: "false",
    });
  });
});

describe("in the beta stack", () => {
  let before: Recording;
  beforeAll(async () => {
    before = await recordStack("beta");
  });

  test.each([
    ["weights", { tracks: tracksAt(60, 40) }, ["green-bucket"]],
    ["weights with one at 0", { tracks: tracksAt(0, 100) }, ["blue-session", "green-bucket"]],
    ["weights with one that drains", { tracks: tracksAt(0, 100), draining: "blue" }, ["green-bucket"]],
  ])(
    "a change of %s changes the HTTPS listener, its rules for sessions, and nothing else",
    async (_, change, rules) => {
      expect(changed(before, await recordStack("beta", change))).toEqual([
        "aws:lb/listener:Listener beta-https",
        ...rules.map((rule) => `aws:lb/listenerRule:ListenerRule beta-${rule}`),
      ]);
    },
  );

  test("the end of a drain changes the rule for its sessions, and nothing else", async () => {
    const last = { tracks: tracksAt(0, 100) };
    const drained = await recordStack("beta", { ...last, draining: "blue" });
    expect(changed(drained, await recordStack("beta", last))).toEqual([
      "aws:lb/listenerRule:ListenerRule beta-blue-session",
    ]);
  });

  test("a change of stable changes whose the rest of the numbers are, and nothing else", async () => {
    expect(changed(before, await recordStack("beta", { stable: "green" }))).toEqual(
      ["blue-bucket", "bucket", "green-bucket"].map(
        (rule) => `aws:lb/listenerRule:ListenerRule beta-${rule}`,
      ),
    );
  });

  test("a change of the plan changes no resource: it is for the rollout to read", async () => {
    const plan = { steps: [{ weight: 100, bake: "1m" }] };
    expect(changed(before, await recordStack("beta", { plan }))).toEqual([]);
  });

  test("a change of stickiness makes other servers, which tell it to browsers, and moves nothing", async () => {
    const touched = changed(before, await recordStack("beta", { stickiness: "1h" }));
    expect(touched.filter((each) => !/launchTemplate|bucketObject/.test(each))).toEqual([]);
    expect(touched).toHaveLength(4);
  });

  test("maintenance changes the web ACL and nothing else", async () => {
    expect(changed(before, await recordStack("beta", { maintenance: true }))).toEqual([
      "aws:wafv2/webAcl:WebAcl beta-waf",
    ]);
  });

  test("a new track leaves the others as they are", async () => {
    const after = await recordStack("beta", {
      tracks: { ...tracksAt(90, 10), next: { weight: 0, servers: 1 } },
    });
    const touched = changed(before, after).filter((each) => !each.includes("beta-next"));
    // What watches all tracks names them; the flags' environment watches their alarms.
    expect(touched).toEqual([
      "aws:appconfig/environment:Environment beta-flags",
      "aws:cloudwatch/compositeAlarm:CompositeAlarm beta-service-down",
      "aws:cloudwatch/dashboard:Dashboard beta-dashboard",
    ]);
  });

  test("a new image touches the servers of its track only, and the rules that know its version", async () => {
    const image = `registry.example.com/app@sha256:${"1".repeat(64)}`;
    const tracks = { blue: { weight: 90, servers: 1 }, green: { weight: 10, servers: 1, image } };
    const touched = changed(before, await recordStack("beta", { tracks }));
    expect(touched).toEqual([
      "aws:ec2/launchTemplate:LaunchTemplate beta-green",
      "aws:lb/listenerRule:ListenerRule beta-green-bucket",
      "aws:lb/listenerRule:ListenerRule beta-green-session",
      "aws:s3/bucketObjectv2:BucketObjectv2 beta-green",
    ]);
  });
});

test("prod survives the loss of a zone; beta saves the cost of it", async () => {
  const [beta, prod] = await Promise.all(
    [recordStack("beta"), recordStack("prod")].map(async (each) => {
      const all = await each;
      return {
        natGateways: all.of("aws:ec2/natGateway:NatGateway").length,
        multiAz: all.one("aws:rds/instance:Instance").inputs.multiAz,
        skipFinalSnapshot: all.one("aws:rds/instance:Instance").inputs.skipFinalSnapshot,
        cacheFailover: all.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
          .automaticFailoverEnabled,
        vaultLock: all.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration").length,
        blueServers: all.one("aws:autoscaling/group:Group", all.of("aws:autoscaling/group:Group")[0]!.name)
          .inputs.minSize,
      };
    }),
  );
  expect(beta).toEqual({
    natGateways: 1,
    multiAz: false,
    skipFinalSnapshot: true,
    cacheFailover: false,
    vaultLock: 0,
    blueServers: 1,
  });
  expect(prod).toEqual({
    natGateways: 3,
    multiAz: true,
    skipFinalSnapshot: false,
    cacheFailover: true,
    vaultLock: 1,
    blueServers: 2,
  });
});

function tracksAt(blue: number, green: number) {
  return { blue: { weight: blue, servers: 1 }, green: { weight: green, servers: 1 } };
}
