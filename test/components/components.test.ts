import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Alarms, type AlarmsArgs } from "../../components/alarms.ts";
import { Alerts } from "../../components/alerts.ts";
import { Balancer, type BalancerArgs } from "../../components/balancer.ts";
import { Database, type DatabaseArgs } from "../../components/database.ts";
import { Track, type TrackArgs } from "../../components/track.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { checkPolicies } from "../../rollout/preview/policies.ts";
import { record } from "../support/mocks.ts";
import { ROOT } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { programIn } from "./programs.ts";

// Components in programs of others, each with a network of its own: judged by the policies that judge our stacks.

const INSTANCE = "aws:rds/instance:Instance";
const LISTENER = "aws:lb/listener:Listener";
const [NETWORK = ""] = programIn("ts").split("const alerts");

/** A team's project without any config of ours, whose program is this text. */
function captured(program: string): Promise<Graph> {
  const folder = temporaryFolder("components-");
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "main": "index.ts" }');
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(ROOT, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  writeFileSync(
    join(folder, "index.ts"),
    program.replace("rollout-stack/components", join(ROOT, "components/index.ts")),
  );
  return captureGraph({ projectDir: folder, stack: "dev" });
}

/** What our policies say of what the components made; the network is the team's. */
function broken(graph: Graph): string[] {
  return checkPolicies(graph, [], "2026-11-30")
    .violations.filter(({ urn }) => urn.includes("rollout:index:"))
    .map(({ policy, resource, found }) => `${resource} breaks ${policy}: ${found}`);
}

const TOPIC = '"arn:aws:sns:eu-west-1:123456789012:shop"';
const GROUP = '"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/blue/1"';
const PLACE = "region, subnetIds, securityGroupId";

describe.each<[name: string, program: string, made: Record<string, number>]>([
  [
    "Balancer",
    `new Balancer("shop", { subnetIds, securityGroupId, domain: "shop.example.com", zoneId: "Z1", certificateArn: "arn:c",
      tracks: [{ name: "blue", weight: 75, targetGroupArn: ${GROUP} }, { name: "green", weight: 25, targetGroupArn: ${GROUP} }] });`,
    { [LISTENER]: 2, "aws:wafv2/webAclAssociation:WebAclAssociation": 1, "aws:route53/record:Record": 2 },
  ],
  [
    "Track",
    `new Track("shop-blue", { ${PLACE}, track: "blue", domain: "shop.example.com", vpcId: vpc.id, vpcCidr: vpc.cidrBlock,
      image: "registry.example.com/shop@sha256:${"a".repeat(64)}" });`,
    { "aws:lb/targetGroup:TargetGroup": 1, "aws:autoscaling/group:Group": 1 },
  ],
  [
    "Database",
    `new Database("shop", { ${PLACE}, alertTopicArn: ${TOPIC} });`,
    {
      [INSTANCE]: 1,
      "aws:backup/selection:Selection": 1,
      "aws:backup/restoreTestingPlan:RestoreTestingPlan": 1,
    },
  ],
  ["Alerts", `new Alerts("shop", { email: ["duty@shop.example.com"] });`, { "aws:sns/topic:Topic": 4 }],
  [
    "Alarms",
    `new Alarms("shop", { region, topics: { p1: ${TOPIC}, p2: ${TOPIC}, p3: ${TOPIC} }, balancerArnSuffix: "app/shop/1",
      tracks: [{ name: "blue", targetGroupArnSuffix: "targetgroup/blue/1", autoscalingGroupName: "blue" }] });`,
    { "aws:cloudwatch/compositeAlarm:CompositeAlarm": 1 },
  ],
])("%s, alone in a network of the team's", (name, program, made) => {
  test("is whole, and keeps every policy of ours", async () => {
    const graph = await captured(NETWORK + program);
    const of = (type: string) => graph.resources.filter((each) => each.type === type);
    expect(of(`rollout:index:${name}`)).toHaveLength(1);
    expect(Object.fromEntries(Object.keys(made).map((type) => [type, of(type).length]))).toEqual(made);
    expect(broken(graph)).toEqual([]);
    const alarms = of("aws:cloudwatch/metricAlarm:MetricAlarm");
    expect(alarms.filter(({ inputs }) => (inputs.alarmActions as unknown[]).length !== 1)).toEqual([]);
    expect(alarms.length > 10).toBe(name === "Alarms");
  });
});

test("the program of the page: all of them together, split 90 to 10", async () => {
  const graph = await captured(programIn("ts"));
  expect(broken(graph)).toEqual([]);
  const https = graph.resources.find(({ type, name }) => type === LISTENER && name === "shop-https")!;
  const [action] = https.inputs.defaultActions as unknown as {
    forward: { targetGroups: { weight: number }[] };
  }[];
  expect(action!.forward.targetGroups.map(({ weight }) => weight)).toEqual([90, 10]);
  expect(graph.outputs).toHaveProperty("url");
  const names = graph.resources.map(({ type, name }) => `${type} ${name}`);
  expect(names).toHaveLength(new Set(names).size);
});

describe("what a component refuses, before anything is made", () => {
  const group = (name: string, weight: number) => ({ name, weight, targetGroupArn: "arn:1" });
  const balancer: BalancerArgs = {
    ...{ domain: "shop.example.com", zoneId: "Z1", subnetIds: ["a", "b"], securityGroupId: "sg" },
    ...{ certificateArn: "arn:c", tracks: [group("blue", 90), group("green", 10)] },
  };
  const database: DatabaseArgs = {
    ...{ region: "eu-west-1", subnetIds: ["a", "b"], securityGroupId: "sg", alertTopicArn: "arn:t" },
  };
  const track: TrackArgs = {
    ...{ region: "eu-west-1", subnetIds: ["a", "b"], securityGroupId: "sg", vpcId: "vpc", track: "blue" },
    ...{ vpcCidr: "10.0.0.0/16", domain: "shop.example.com", image: `a@sha256:${"0".repeat(64)}` },
  };
  const topics = { p1: "arn:1", p2: "arn:2", p3: "arn:3" };
  const alarms: AlarmsArgs = { region: "eu-west-1", topics };

  test.each<[message: string, make: () => unknown]>([
    [
      "shop: tracks[1].weight: weights must sum to 100, they sum to 110",
      () => new Balancer("shop", { ...balancer, tracks: [group("blue", 90), group("green", 20)] }),
    ],
    [
      "shop: tracks[0].weight: must be a whole number from 0 to 100",
      () => new Balancer("shop", { ...balancer, tracks: [group("blue", 99.5), group("green", 0.5)] }),
    ],
    ["shop: tracks: must have 1 to 5 tracks", () => new Balancer("shop", { ...balancer, tracks: [] })],
    [
      "shop: tracks[1]: must be an object, and no output",
      () =>
        new Balancer("shop", { ...balancer, tracks: [group("blue", 100), pulumi.output(group("green", 0))] }),
    ],
    [
      "shop: tracks: must be a list, and no output",
      () => new Balancer("shop", { ...balancer, tracks: pulumi.output([group("blue", 100)]) as never }),
    ],
    ["shop: domain: must be", () => new Balancer("shop", { ...balancer, domain: "shop" })],
    ["shop: timeout: must be", () => new Balancer("shop", { ...balancer, timeout: "2h" })],
    ["Shop: name: the component is named", () => new Balancer("Shop", balancer)],
    ["shop: image: must be pinned by digest", () => new Track("shop", { ...track, image: "a:latest" })],
    ["shop: track: a track's name is", () => new Track("shop", { ...track, track: "Blue" })],
    ["shop: secrets.KEY", () => new Track("shop", { ...track, secrets: { KEY: "not an ARN" } })],
    ["shop: healthPath: must be a path", () => new Track("shop", { ...track, healthPath: "health" })],
    ["shop: region: must be an AWS region", () => new Database("shop", { ...database, region: "Ireland" })],
    [
      "shop: backupEveryHours: must divide the day",
      () => new Database("shop", { ...database, backupEveryHours: 5 }),
    ],
    [
      "shop: backupRetentionDays: must be",
      () => new Database("shop", { ...database, backupRetentionDays: 0 }),
    ],
    ["shop: tier: must be beta or prod", () => new Database("shop", { ...database, tier: "test" })],
    ["shop: databaseName: must be", () => new Database("shop", { ...database, databaseName: "my-app" })],
    ["shop: tracks: is missing", () => new Alarms("shop", alarms)],
    [
      "shop: balancerArnSuffix: is missing",
      () =>
        new Alarms("shop", {
          ...alarms,
          tracks: [{ name: "blue", targetGroupArnSuffix: "t", autoscalingGroupName: "g" }],
        }),
    ],
    [
      "shop: objective: must be",
      () => new Alarms("shop", { ...alarms, certificateArn: "arn:c", objective: 1 }),
    ],
    ["shop: email: ", () => new Alerts("shop", { email: [] })],
    ["shop: email[0]: must be an e-mail address", () => new Alerts("shop", { email: ["duty"] })],
  ])("%s", async (message, make) => {
    let registered = 0;
    const run = record(() => {
      make();
      registered += 1;
    });
    await expect(run).rejects.toThrow(message);
    expect(registered).toBe(0);
  });
});
