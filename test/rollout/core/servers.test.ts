import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeListenersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { mostServers } from "../../../infra/settings/tier.ts";
import { capacityOf, type Servers } from "../../../rollout/core/servers.ts";
import type { Deployment } from "../../../rollout/platforms/aws/deployment.ts";
import { awsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import { rehearsedCapacity } from "../../../rollout/platforms/rehearsal/rollout/platform.ts";
import { fakeClock, LISTENER, URN } from "../aws/example.ts";

const of = (asked: number, servers = 2, maxServers = 2 * servers): Servers => ({
  declared: { servers, maxServers },
  asked,
});

describe("whether a track can carry a share", () => {
  // Green has 75 %: 3 servers for that are 4 for all.
  const weights = { blue: 25, green: 75 };

  test.each([
    ["a part takes its part of the servers", 50, of(2), of(2), 1, { need: 1, enough: true }],
    ["all takes all of them", 100, of(2), of(2), 2, { need: 2, enough: true }],
    ["a server that doesn't serve doesn't count", 100, of(2), of(2), 1, { need: 2, enough: false }],
    ["a sliver takes one", 1, of(1), of(2), 1, { need: 1, enough: true }],
    ["nothing takes one", 0, of(1), of(2), 0, { need: 1, enough: false }],
    ["a part of a server is one", 51, of(2), of(2), 1, { need: 2, enough: false }],
    ["what was scaled down isn't enough", 100, of(1), of(2), 1, { need: 2, enough: false }],
    ["four had it, one doesn't do", 100, of(1, 1), of(4, 4), 1, { need: 4, most: 2, enough: false }],
    ["one had it, four are not needed", 100, of(4, 4), of(1, 1), 4, { need: 4, enough: true }],
    ["a track that load has grown says what the load is", 100, of(2), of(3), 2, { need: 4, enough: false }],
    ["a track at its declared number says nothing", 100, of(2), of(2), 2, { need: 2, enough: true }],
    ["the load asks for no more than there may be", 100, of(4), of(4), 4, { need: 4, enough: true }],
  ])("%s", (_, share, blue, green, healthy, expected) => {
    expect(capacityOf("blue", share, { blue, green }, healthy, weights)).toMatchObject(expected);
  });

  test.each([
    // 2.01 of 3 servers, and 1 of 4 to the letter.
    [67, of(3, 3), 3],
    [25, of(4, 4), 1],
    [26, of(4, 4), 2],
  ])("%s %% of the traffic takes its part, to the next whole server", (share, blue, need) => {
    expect(capacityOf("blue", share, { blue }, 2, { blue: 100 })).toEqual({
      asked: blue.asked,
      healthy: 2,
      need,
      most: blue.declared.maxServers,
      enough: 2 >= need,
    });
  });

  test.each([
    // 5 for 83 % are 6.02 for all; 3 for 75 % are 4.
    [5, 83, 7],
    [3, 75, 4],
    [3, 1, 20],
    [2, 75, 2],
  ])(
    "%s servers that carry %s %% say that all of it takes %s, up to what there may be",
    (asked, green, need) => {
      const tracks = { blue: of(2, 2, 20), green: of(asked, 2, 20) };
      expect(capacityOf("blue", 100, tracks, 2, { blue: 100 - green, green }).need).toBe(need);
    },
  );

  test("a grown track without traffic says nothing", () => {
    const tracks = { blue: of(2), green: of(4) };
    expect(capacityOf("blue", 100, tracks, 2, { blue: 100, green: 0 }).need).toBe(2);
    expect(capacityOf("blue", 100, tracks, 2, { blue: 100 }).need).toBe(2);
  });
});

describe("both platforms", () => {
  const groups = mockClient(AutoScalingClient);
  const balancing = mockClient(ElasticLoadBalancingV2Client);
  afterAll(() => {
    groups.restore();
    balancing.restore();
  });

  /** A server is well by its own word, in the balancer's eyes, both or neither. */
  const server = fc.record({ healthy: fc.boolean(), up: fc.boolean() });
  const track = fc.record({
    servers: fc.integer({ min: 1, max: 6 }),
    more: fc.integer({ min: 0, max: 6 }),
    made: fc.array(server, { maxLength: 12 }),
    parts: fc.integer({ min: 0, max: 3 }),
  });
  const fleets = fc.record({
    tier: fc.constantFrom("beta" as const, "prod" as const),
    tracks: fc.array(track, { minLength: 1, maxLength: 5 }),
    share: fc.integer({ min: 0, max: 100 }),
  });
  type Fleet = typeof fleets extends fc.Arbitrary<infer Each> ? Each : never;

  test("answer alike, whatever servers there are", async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async (fleet) => {
        for (const { name } of tracksOf(fleet))
          expect(await onAws(fleet, name)).toEqual(rehearsed(fleet, name));
      }),
      { numRuns: 100 },
    );
  });

  /** With weights by their parts, in whole percents; the last has the rest. */
  function tracksOf({ tracks }: Fleet) {
    const all = tracks.reduce((sum, { parts }) => sum + parts, 0);
    let left = 100;
    return tracks.map((each, index) => {
      const isLast = index === tracks.length - 1;
      const weight = isLast ? left : Math.floor((100 * each.parts) / Math.max(1, all));
      left -= weight;
      const maxServers = each.servers + each.more;
      return { ...each, name: `t${index}`, weight, maxServers, source: { build: "app" } };
    });
  }

  function rehearsed(fleet: Fleet, track: string) {
    const all = tracksOf(fleet);
    const made = all.flatMap(({ name, made }) => made.map((each) => ({ track: name, ...each })));
    const own = made.filter((each) => each.track === track);
    const status = own.map(({ healthy, up }) => ({
      healthy,
      balancer: { status: up ? "UP" : "DOWN", name: "", weight: 1, requests: 0, sessions: 0, check: "" },
    }));
    const weights = Object.fromEntries(all.map(({ name, weight }) => [name, weight]));
    const settings = { tier: fleet.tier, tracks: all };
    return rehearsedCapacity(track, fleet.share, settings, made, status, weights);
  }

  /** The same servers as AWS tells them: a group is asked for what it has, one that isn't well isn't in service. */
  async function onAws(fleet: Fleet, track: string) {
    const all = tracksOf(fleet);
    groups.reset();
    balancing.reset();
    for (const { name, made } of all) {
      groups.on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: [name] }).resolves({
        AutoScalingGroups: [
          {
            DesiredCapacity: made.length,
            Instances: made.map(({ healthy }, index) => ({
              InstanceId: `${name}-${index}`,
              LifecycleState: healthy ? "InService" : "Pending:Wait",
            })),
          } as never,
        ],
      });
      balancing.on(DescribeTargetHealthCommand, { TargetGroupArn: arnOf(name) }).resolves({
        TargetHealthDescriptions: made.map(({ up }, index) => ({
          Target: { Id: `${name}-${index}` },
          TargetHealth: { State: up ? "healthy" : "unhealthy" },
        })),
      });
    }
    const carrying = all.filter(({ weight }) => weight > 0);
    const targetGroups = carrying.map(({ name, weight }) => ({ arn: arnOf(name), weight }));
    const forward = { TargetGroups: targetGroups.map((g) => ({ TargetGroupArn: g.arn, Weight: g.weight })) };
    balancing.on(DescribeListenersCommand).resolves({
      Listeners: [{ DefaultActions: [{ Type: "forward", ForwardConfig: forward }] }],
    });
    const engine = { deployment: async () => stateOf(fleet, targetGroups), up: async () => {} };
    const options = { projectDir: "/nowhere", stack: "beta", slowMs: 500, clock: fakeClock(), engine };
    return (await awsPlatform(options)).capacity(track, fleet.share);
  }

  function arnOf(track: string): string {
    return `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/${track}/0`;
  }

  function stateOf({ tier, ...fleet }: Fleet, targetGroups: { arn: string; weight: number }[]): Deployment {
    const all = tracksOf({ tier, ...fleet });
    const by = <Value>(value: (track: (typeof all)[number]) => Value) =>
      Object.fromEntries(all.map((each) => [each.name, value(each)]));
    const outputs = {
      url: "https://beta.example.com",
      listenerArn: LISTENER,
      targetGroupArns: by(({ name }) => arnOf(name)),
      servers: by((each) => ({
        group: each.name,
        least: each.servers,
        most: mostServers({ tier }, each),
      })),
      trackAlarmArns: by(({ name }) => `arn:${name}`),
      journalBucket: "journal",
      backupVault: "vault",
      backupRoleArn: "arn:role",
      databaseArn: "arn:database",
    };
    const defaultActions = [{ type: "forward", forward: { targetGroups } }];
    return {
      resources: [
        { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs },
        { urn: URN, type: "aws:lb/listener:Listener", outputs: { arn: LISTENER, defaultActions } },
      ],
    };
  }
});
