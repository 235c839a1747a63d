import { describe, expect, test } from "vitest";
import type { Graph, Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { costOf } from "../../../rollout/preview/cost/cost.ts";
import { PRICES } from "../../../rollout/preview/cost/prices.ts";
import { timesAWeek } from "../../../rollout/preview/dangers/schedule.ts";
import { sides } from "../../../rollout/preview/text.ts";
import { compared, dangersOf, graph, resource, urnOf } from "./small-graph.ts";

// From where on a change is a danger: one below and one above each limit.

type Inputs = Record<string, Value>;
const DAYS = "keeps for";

describe("what is kept for less long", () => {
  test.each<[string, string, Inputs, Inputs, string | undefined]>([
    [
      "a backup a day less",
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 7 },
      { backupRetentionPeriod: 6 },
      "6 days instead of 7 days",
    ],
    [
      "as long",
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 7 },
      { backupRetentionPeriod: 7, tags: "x" },
      undefined,
    ],
    [
      "a day more",
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 7 },
      { backupRetentionPeriod: 8 },
      undefined,
    ],
    [
      "nothing said is none",
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 1 },
      {},
      "no time at all instead of 1 days",
    ],
    [
      "a snapshot of the cache",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { snapshotRetentionLimit: 1 },
      {},
      "no time at all instead of 1 days",
    ],
    [
      "a lock of the vault",
      "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
      { minRetentionDays: 30 },
      { minRetentionDays: 29 },
      "29 days instead of 30 days",
    ],
    [
      "a log for ever before",
      "aws:cloudwatch/logGroup:LogGroup",
      {},
      { retentionInDays: 3653 },
      "3653 days instead of ever",
    ],
    [
      "a log for ever, as 0 says it",
      "aws:cloudwatch/logGroup:LogGroup",
      { retentionInDays: 30 },
      { retentionInDays: 0 },
      undefined,
    ],
    [
      "a secret less than AWS takes",
      "aws:secretsmanager/secret:Secret",
      {},
      { recoveryWindowInDays: 29 },
      "29 days instead of 30 days",
    ],
    [
      "a secret as long as AWS takes",
      "aws:secretsmanager/secret:Secret",
      {},
      { recoveryWindowInDays: 30 },
      undefined,
    ],
    [
      "a key less than AWS takes",
      "aws:kms/key:Key",
      {},
      { deletionWindowInDays: 29 },
      "29 days instead of 30 days",
    ],
    ["a key as long as AWS takes", "aws:kms/key:Key", {}, { deletionWindowInDays: 30 }, undefined],
  ])("%s", (_, type, before, after, what) => {
    const found = dangersOf(type, before, after).filter(({ kind }) => kind === "backups-thinner");
    expect(found.map(({ title }) => title)).toEqual(what === undefined ? [] : [`it ${DAYS} ${what}`]);
  });

  test("is critical where nothing is kept", () => {
    const [none] = dangersOf(
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 1 },
      { backupRetentionPeriod: 0 },
    );
    const [less] = dangersOf(
      "aws:rds/instance:Instance",
      { backupRetentionPeriod: 2 },
      { backupRetentionPeriod: 1 },
    );
    expect([none?.severity, less?.severity]).toEqual(["critical", "warning"]);
  });
});

describe("an alarm", () => {
  const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
  const above: Inputs = {
    comparisonOperator: "GreaterThanThreshold",
    threshold: 10,
    period: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  };
  const below: Inputs = { ...above, comparisonOperator: "LessThanThreshold" };

  test.each<[string, Inputs, Inputs, string | undefined]>([
    ["of a higher limit", above, { threshold: 11 }, "threshold"],
    ["of a lower limit", above, { threshold: 9 }, undefined],
    ["of a lower limit, below which it rings", below, { threshold: 9 }, "threshold"],
    ["of a higher limit, below which it rings", below, { threshold: 11 }, undefined],
    ["of one datapoint more", above, { datapointsToAlarm: 3 }, "datapointsToAlarm"],
    ["of one less", above, { datapointsToAlarm: 1 }, undefined],
    ["of more periods", above, { evaluationPeriods: 4 }, "evaluationPeriods"],
    ["of longer periods", above, { period: 120 }, "period"],
    [
      "of twice as long ones, one of which is enough",
      above,
      { period: 120, datapointsToAlarm: 1 },
      undefined,
    ],
    [
      "of thrice as long ones, one of which is enough",
      above,
      { period: 180, datapointsToAlarm: 1 },
      "period",
    ],
    [
      "that no longer minds silence",
      { ...above, treatMissingData: "breaching" },
      { treatMissingData: "missing" },
      "treatMissingData",
    ],
    [
      "that begins to mind it",
      { ...above, treatMissingData: "missing" },
      { treatMissingData: "breaching" },
      undefined,
    ],
    ["that is off", above, { actionsEnabled: false }, "actionsEnabled"],
    ["that comes on", { ...above, actionsEnabled: false }, { actionsEnabled: true }, undefined],
    ["that tells nobody", { ...above, alarmActions: ["arn:a"] }, { alarmActions: [] }, "alarmActions"],
    ["that tells another", { ...above, alarmActions: ["arn:a"] }, { alarmActions: ["arn:b"] }, undefined],
  ])("%s", (_, inputs, change, property) => {
    const found = dangersOf(ALARM, inputs, { ...inputs, ...change });
    expect(found.map((each) => `${each.kind} ${each.property}`)).toEqual(
      property === undefined ? [] : [`alarm-loosened ${property}`],
    );
  });
});

test.each([
  [199, false],
  [200, false],
  [201, true],
])("one address may ask %s times where it was 100: %s", (limit, isDanger) => {
  const rule = (limit: number) => ({
    rules: [{ name: "rate", priority: 1, statement: { rateBasedStatement: { limit } } }],
  });
  const found = dangersOf("aws:wafv2/webAcl:WebAcl", rule(100), rule(limit));
  expect(found.map(({ title }) => title)).toEqual(
    isDanger ? ["it lets one address ask more than twice as much"] : [],
  );
});

describe("a jump of weights", () => {
  const LISTENER = "aws:lb/listener:Listener";
  const TARGETS = "aws:lb/targetGroup:TargetGroup";
  const arn = (track: string): Value => ({ $ref: { urn: urnOf(TARGETS, track), property: "arn" } });
  const split = (green: number, planWeights?: number[], stable = "blue"): Graph => ({
    ...graph(
      resource(TARGETS, "blue"),
      resource(TARGETS, "green"),
      resource(LISTENER, "https", {
        port: 443,
        defaultActions: [
          {
            type: "forward",
            forward: {
              targetGroups: [
                { arn: arn("blue"), weight: 100 - green },
                { arn: arn("green"), weight: green },
              ].filter(({ weight }) => weight > 0),
            },
          },
        ],
      }),
    ),
    outputs: {
      stable,
      targetGroupArns: { blue: arn("blue"), green: arn("green") },
      ...(planWeights && { planWeights }),
    },
  });
  const between = (before: Graph, after: Graph) =>
    compare({ before, after, today: "2026-11-21" })
      .dangers.filter(({ kind }) => kind === "weight-jump")
      .map(({ title }) => title);
  const jump = (from: number, to: number, steps?: number[], stable?: string) =>
    between(split(from, steps, stable), split(to, steps, stable));
  const STEPS = [10, 25, 50, 100];

  test.each<[number, number, string[]]>([
    [0, 10, []],
    [0, 11, ["Track green goes from 0 % to 11 %; the plan's next step is 10 %"]],
    [10, 25, []],
    [10, 26, ["Track green goes from 10 % to 26 %; the plan's next step is 25 %"]],
    [9, 11, ["Track green goes from 9 % to 11 %; the plan's next step is 10 %"]],
    [50, 100, []],
    [50, 40, []],
    [90, 0, []],
  ])("from %s to %s", (from, to, titles) => {
    expect(jump(from, to, STEPS)).toEqual(titles);
  });

  test("is none without a plan, nor to the stable track", () => {
    expect([jump(0, 100), jump(0, 100, []), jump(0, 100, STEPS, "green")]).toEqual([[], [], []]);
    expect(jump(50, 100, [10, 50])).toEqual([]);
  });

  test("is one by the plan of before, also where the change loosens it; by the new one where before has none", () => {
    expect(between(split(0, STEPS), split(100, [100]))).toHaveLength(1);
    expect(between(split(0, [100]), split(100, STEPS))).toEqual([]);
    expect(between(split(0), split(100, STEPS))).toHaveLength(1);
  });
});

describe("how often a schedule fires", () => {
  test.each<[string, number | undefined]>([
    ["rate(1 minute)", 10_080],
    ["rate(2 hours)", 84],
    ["cron(0/15 * * * ? *)", 672],
    ["cron(59 23 * * ? *)", 7],
    ["cron(0 5 1 * ? *)", 7 / 30.44],
    ["cron(0 5 1-3 * ? *)", 21 / 30.44],
    ["cron(0 5 1 1,7 ? *)", (7 / 30.44) * (2 / 12)],
    ["cron(0 5 ? * SAT *)", 1],
    ["cron(0 5 ? * SUN,sat *)", 2],
    ["cron(0 5 ? * MON-FRI *)", 5],
    ["cron(0 5 * * ?)", 7],
    ["cron(0 5 L * ? *)", undefined],
    ["cron(0 5 * *)", undefined],
    ["rate(1 week)", undefined],
  ])("%s: %s", (schedule, times) => {
    if (times === undefined) expect(timesAWeek(schedule)).toBeUndefined();
    else expect(timesAWeek(schedule)).toBeCloseTo(times, 9);
  });

  test.each<[string, string, string | undefined]>([
    [
      "cron(0 0/6 * * ? *)",
      "cron(0 0/8 * * ? *)",
      "it: backups are taken 3 times a day instead of 4 times a day",
    ],
    [
      "cron(0 5 * * ? *)",
      "cron(0 5 ? * MON *)",
      "it: backups are taken 1 times a week instead of 1 times a day",
    ],
    [
      "cron(0 5 ? * MON *)",
      "cron(0 5 1 * ? *)",
      "it: backups are taken 1 times a month instead of 1 times a week",
    ],
    ["cron(0 0/6 * * ? *)", "cron(0 1/6 * * ? *)", undefined],
    ["cron(0 0/8 * * ? *)", "cron(0 0/6 * * ? *)", undefined],
    ["cron(0 5 * * ? *)", "cron(0 5 L * ? *)", "it: may be thinner"],
  ])("%s that becomes %s", (before, after, title) => {
    const plan = (schedule: string) => ({
      rules: [{ ruleName: "r", schedule, lifecycle: { deleteAfter: 30 } }],
    });
    const found = dangersOf("aws:backup/plan:Plan", plan(before), plan(after));
    expect(found.map((each) => each.title)).toEqual(title === undefined ? [] : [title]);
  });
});

describe("what is shown of a long value", () => {
  test.each([
    [240, 240],
    [241, 239],
  ])("of %s characters", (length, shown) => {
    // The last one is the sign that something is left out.
    expect(sides("", "x".repeat(length)).after).toHaveLength(shown);
  });

  test.each([
    [8, 8],
    [9, 9],
    [20, 9],
  ])("of %s lines", (count, shown) => {
    const text = Array.from({ length: count }, (_, index) => `line ${index}`).join("\n");
    const lines = sides("a\nb", text).after!.split("\n");
    expect(lines).toHaveLength(shown);
    if (count > 8) expect(lines.at(-1)).toBe(`… ${count - 8} more lines`);
  });
});

test.each([
  [40, 40],
  [41, 1],
])("%s changed resources are drawn in %s boxes", (count, boxes) => {
  const many = (tags: string) =>
    graph(
      ...Array.from({ length: count }, (_, index) => resource("aws:s3/bucket:Bucket", `b${index}`, { tags })),
    );
  expect(compared(many("a"), many("b")).topology.nodes).toHaveLength(boxes);
});

// Prices themselves are looked up; what is multiplied isn't.
describe("what a month costs", () => {
  const { hourly, monthly, hoursAMonth } = PRICES;
  const round = (usd: number) => Math.round(usd * 100) / 100;
  const costs = (type: string, inputs: Inputs) =>
    costOf(graph(), graph(resource(type, "it", inputs))).afterUsd;

  test.each<[string, string, Inputs, number]>([
    [
      "a database",
      "aws:rds/instance:Instance",
      { instanceClass: "db.t4g.small", allocatedStorage: 20 },
      PRICES.database["db.t4g.small"]! * hoursAMonth + 20 * monthly.databaseGib,
    ],
    [
      "with its standby",
      "aws:rds/instance:Instance",
      { instanceClass: "db.t4g.small", allocatedStorage: 20, multiAz: true },
      2 * (PRICES.database["db.t4g.small"]! * hoursAMonth + 20 * monthly.databaseGib),
    ],
    [
      "a cache",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { nodeType: "cache.t4g.micro" },
      PRICES.cache["cache.t4g.micro"]! * hoursAMonth,
    ],
    [
      "of two nodes",
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { nodeType: "cache.t4g.micro", numCacheClusters: 2 },
      2 * PRICES.cache["cache.t4g.micro"]! * hoursAMonth,
    ],
    ["a way out", "aws:ec2/natGateway:NatGateway", {}, hourly.natGateway * hoursAMonth],
    ["an address", "aws:ec2/eip:Eip", {}, hourly.publicAddress * hoursAMonth],
    [
      "a balancer in three zones",
      "aws:lb/loadBalancer:LoadBalancer",
      { subnets: ["a", "b", "c"] },
      (hourly.loadBalancer + 3 * hourly.publicAddress) * hoursAMonth,
    ],
    [
      "one that is internal",
      "aws:lb/loadBalancer:LoadBalancer",
      { subnets: ["a", "b", "c"], internal: true },
      hourly.loadBalancer * hoursAMonth,
    ],
    [
      "a web firewall",
      "aws:wafv2/webAcl:WebAcl",
      { rules: [{ name: "a" }, { name: "b" }] },
      monthly.webAcl + 2 * monthly.webAclRule,
    ],
    ["a secret", "aws:secretsmanager/secret:Secret", {}, monthly.secret],
    ["a key", "aws:kms/key:Key", {}, monthly.key],
    ["an alarm", "aws:cloudwatch/metricAlarm:MetricAlarm", {}, monthly.metricAlarm],
    [
      "an alarm of two metrics",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { metricQueries: [{ metric: {} }, { metric: {} }, { expression: "a" }] },
      2 * monthly.metricAlarm,
    ],
    ["one of others", "aws:cloudwatch/compositeAlarm:CompositeAlarm", {}, monthly.compositeAlarm],
    [
      "a controller, for half a second each minute",
      "aws:lambda/function:Function",
      { memorySize: 512 },
      60 * hoursAMonth * (1.2e-6 + 0.25 * 0.0000133334),
    ],
    ["a dashboard", "aws:cloudwatch/dashboard:Dashboard", {}, monthly.dashboard],
  ])("%s", (_, type, inputs, usd) => {
    expect(costs(type, inputs)).toBe(round(usd));
    expect(usd).toBeGreaterThan(0);
  });

  test("servers with their disks, and what watches them", () => {
    const launchTemplate = {
      id: { $ref: { urn: urnOf("aws:ec2/launchTemplate:LaunchTemplate", "blue"), property: "id" } },
    };
    const template = {
      instanceType: "t3.medium",
      blockDeviceMappings: [{ ebs: { volumeSize: 40 } }],
      monitoring: { enabled: true },
    };
    const of = (group: Inputs) =>
      costOf(
        graph(),
        graph(
          resource("aws:ec2/launchTemplate:LaunchTemplate", "blue", template),
          resource("aws:autoscaling/group:Group", "blue", { launchTemplate, ...group }),
        ),
      ).afterUsd;
    const each =
      PRICES.server["t3.medium"]! * hoursAMonth + 40 * monthly.diskGib + monthly.detailedMonitoring;
    expect([of({ desiredCapacity: 2, minSize: 1 }), of({ minSize: 1 }), of({})]).toEqual([
      round(2 * each),
      round(each),
      0,
    ]);
  });
});
