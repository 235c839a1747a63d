import { afterEach, describe, expect, test } from "vitest";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { BothCounts } from "../../../rollout/platforms/aws/metrics/both-counts.ts";
import { BalancerMetrics } from "../../../rollout/platforms/aws/metrics/metrics.ts";
import { ServerSeconds } from "../../../rollout/platforms/aws/metrics/server-seconds.ts";
import type { Platform } from "../../../rollout/platforms/platform.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { run } from "../../../rollout/run/run.ts";
import { simulatedCloudWatch } from "../../support/simulated-cloudwatch.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor } from "../../support/simulated-run.ts";
import { type SimulatedServer, simulatedServerLogs } from "../../support/simulated-server-logs.ts";
import { Life, World } from "../../support/simulated-world.ts";
import { deployment } from "./example.ts";

// The whole controller, before an AWS that tells as late as AWS's documents say: the balancer's minutes, and the servers' lines.

const SERVERS: readonly SimulatedServer[] = ["blue/i-b1", "blue/i-b2", "green/i-g1", "green/i-g2"].map(
  (name) => ({ track: name.split("/")[0]!, id: name.split("/")[1]! }),
);
const plan = planFor(
  [
    { weight: 25, bake: 900 },
    { weight: 100, bake: 600 },
  ],
  { patienceSeconds: 600 },
);
/** ModifyListener, its answer, and the look whether the listener has it. */
const LISTENER_MS = 2_000;

let restore: (() => void)[] = [];
afterEach(() => {
  for (const each of restore) each();
  restore = [];
});

interface Course {
  /** How a track fails, so many seconds after the candidate's first traffic. */
  errors: (track: string, since: number) => number;
  servers?: readonly SimulatedServer[];
  bySeconds?: boolean;
  perSecond?: number;
  ingested?: number;
  seed?: number;
  /** Told of the world when it is made. */
  world?: (on: World) => void;
}

/** @returns how long after its first bad answer the listener had the candidate at 0, in seconds, and what the run said */
async function played({
  errors,
  servers = SERVERS,
  bySeconds = true,
  perSecond = 300,
  ingested,
  seed = 1,
}: Course) {
  const world = new World({ seed });
  world.now += 3_600_000;
  world.requestsPerSecond = perSecond;
  const shifted = () => world.splits[1]?.at ?? Number.POSITIVE_INFINITY;
  world.health = (track, second) => ({ errors: errors(track, second - shifted() / 1000) });
  const cloud = simulatedCloudWatch(world, (group) => (group.includes("blue") ? "blue" : "green"));
  const logs = simulatedServerLogs(world, servers, ingested);
  restore.push(
    () => cloud.restore(),
    () => logs.restore(),
  );
  const life = new Life(world);
  const clock = { now: () => world.now, sleep: async () => {} };
  const balancer = new BalancerMetrics({ region: "us-east-1", clock, limitMs: 500 });
  const facts = factsOf(deployment());
  const both = new BothCounts({
    servers: new ServerSeconds({
      region: "us-east-1",
      clock,
      logGroup: "/rollout/beta/seconds",
      limitMs: 500,
    }),
    balancer: (since) => balancer.since(since, facts),
  });
  const here = simulatedPlatform(life);
  const platform: Platform = {
    ...here,
    metrics: (since, lateSince = since) =>
      bySeconds ? both.since(since, lateSince, world.real) : balancer.since(since, facts),
    async setWeightsNow(weights) {
      world.advance(LISTENER_MS);
      await here.setWeightsNow(weights);
    },
  };
  let evidence: { name: string; reason: string }[] = [];
  const judge = judgeOf(plan);
  const result = await run({
    platform,
    owner: "test",
    begin: { rollout: "r1", stable: "blue", candidate: "green", plan },
    judge(history) {
      const verdict = judge(history);
      evidence = verdict.evidence as typeof evidence;
      return verdict;
    },
    clock: life.clock,
  });
  const [, , back] = world.splits;
  const began = Math.ceil(shifted() / 1000);
  const sick = world.seconds.find(
    ({ epochSecond, tracks }) => epochSecond >= began + 60 && (tracks.green?.errors ?? 0) > 0,
  );
  const after = back && sick ? back.at / 1000 - sick.epochSecond : undefined;

  return { result, after, evidence, calls: logs.calls(), world };
}

/** Well for a minute, then it fails so often. */
const sickAfterAMinute = (share: number) => (track: string, since: number) =>
  track === "green" && since >= 60 ? share : 0;

describe("by the servers' own count", () => {
  test("a candidate that fails is at 0 within 20 s of its first bad answer", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { result, after } = await played({ errors: sickAfterAMinute(0.2), seed });
      expect(result.outcome).toBe("rolled-back");
      expect(after, `seed ${seed}`).toBeLessThanOrEqual(20);
    }
  });

  test("of its 30 requests a second, too", async () => {
    const { after } = await played({ errors: sickAfterAMinute(0.2), perSecond: 120 });
    expect(after).toBeLessThanOrEqual(20);
  });

  test("by the balancer's minutes alone it takes minutes", async () => {
    const { result, after } = await played({ errors: sickAfterAMinute(0.2), bySeconds: false });
    expect(result.outcome).toBe("rolled-back");
    expect(after).toBeGreaterThan(100);
  });

  test("a healthy one is promoted, and both counts agree", async () => {
    const { result, evidence } = await played({ errors: () => 0.001 });
    expect(result.outcome).toBe("promoted");
    expect(evidence.find(({ name }) => name === "both counts")!.reason).toBe(
      "both counts: the servers and the balancer agree",
    );
  });

  test("the log is asked no more often than every two seconds", async () => {
    const { calls, world } = await played({ errors: sickAfterAMinute(0.2) });
    expect(calls).toBeLessThan((world.now - world.splits[0]!.at) / 2_000);
  });
});

describe("what the servers don't tell", () => {
  test("errors that never reached one are found by the balancer's count, and the difference is told", async () => {
    const servers = SERVERS.map((each) => ({ ...each, unreached: each.track === "green" }));
    const { result, evidence, after } = await played({ errors: sickAfterAMinute(0.2), servers });
    expect(result.outcome).toBe("rolled-back");
    expect(result.reason).toMatch(/^errors by the balancer's count: /);
    expect(evidence.find(({ name }) => name === "both counts")!.reason).toMatch(
      /they differ: of green the balancer counted/,
    );
    expect(after).toBeLessThan(300);
  });

  test("a server that falls silent holds the others up for a while only", async () => {
    const silentFrom = Date.UTC(2026, 10, 18, 11) / 1000 + 50;
    const servers = SERVERS.map((each) => ({
      ...each,
      ...(each.id === "i-g2" && { tells: (at: number) => at < silentFrom }),
    }));
    const { result, after } = await played({ errors: sickAfterAMinute(0.2), servers });
    expect(result.outcome).toBe("rolled-back");
    expect(after).toBeLessThanOrEqual(40);
  });

  test("where none of the candidate's tells, the balancer's minutes stand in", async () => {
    const servers = SERVERS.map((each) => ({
      ...each,
      ...(each.track === "green" && { tells: () => false }),
    }));
    const { result, after } = await played({ errors: sickAfterAMinute(0.2), servers });
    expect(result.outcome).toBe("rolled-back");
    expect(after).toBeLessThan(400);
  });

  test("nor does a log that is later than usual lose anything", async () => {
    const { result, after } = await played({ errors: sickAfterAMinute(0.2), ingested: 25 });
    expect(result.outcome).toBe("rolled-back");
    expect(after).toBeLessThan(60);
  });
});
