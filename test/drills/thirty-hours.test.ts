import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Onlooker } from "../../rollout/cli/rollout/look.ts";
import type { Clock } from "../../rollout/clock.ts";
import { replay } from "../../rollout/core/replay.ts";
import type { MetricSecond, Verdict } from "../../rollout/core/verdict.ts";
import { factsOf } from "../../rollout/platforms/aws/deployment.ts";
import { BalancerMetrics } from "../../rollout/platforms/aws/metrics/metrics.ts";
import type { Platform } from "../../rollout/platforms/platform.ts";
import { MetricHistory } from "../../rollout/run/history.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { gatesIn } from "../../rollout/view/model.ts";
import { reportData } from "../../rollout/view/report/data.ts";
import { deployment } from "../rollout/aws/example.ts";
import { simulatedCloudWatch } from "../support/simulated-cloudwatch.ts";
import { simulatedPlatform } from "../support/simulated-platform.ts";
import { planFor } from "../support/simulated-run.ts";
import { Crash, Life, World } from "../support/simulated-world.ts";

const HOUR = 3600;

// Thirty hours on AWS, with the gates that a run really has, and people who look on.
describe("thirty hours", () => {
  const quick = planFor([
    { weight: 10, bake: 2 * HOUR },
    { weight: 25, bake: 4 * HOUR },
    { weight: 100, bake: 24 * HOUR },
  ]);
  const plan = {
    ...quick,
    // Metrics come minutes late.
    steps: quick.steps.map((step) => ({ ...step, graceSeconds: 4 * HOUR })),
    gates: { errorRate: 0.01, p95Ms: 500, minRequests: 1000, objective: 0.995 },
  };
  const world = new World();
  const began = world.now + 7 * HOUR * 1000;
  const facts = factsOf(deployment());
  let cloud: ReturnType<typeof simulatedCloudWatch>;
  let result: RunResult;
  const compared: { hour: number; seen: string; shown: unknown; onlooker: unknown; run: unknown }[] = [];

  /** What the run's gates said last, at which moment. */
  let said: { verdict: Verdict; at: number } | undefined;

  beforeAll(async () => {
    cloud = simulatedCloudWatch(world, (group) => (group.includes("blue") ? "blue" : "green"));
    world.requestsPerSecond = 20;
    // Some errors that both have, a candidate that does worse for some minutes each hour, and a gap of the metrics.
    world.health = (track, second) => {
      const into = (second - began / 1000 + 30 * HOUR) % HOUR;
      return { errors: track === "green" && into < 600 ? 0.0015 : 0.001, slow: 0.01 };
    };
    world.hasMetrics = (second) => Math.abs(second - began / 1000 - 11 * HOUR) > 900;
    world.now = began;
    // Killed in the twentieth hour, and gone on with by another process.
    await expect(live(20)).rejects.toThrow(Crash);
    world.lockedBy = undefined;
    result = await live(Number.POSITIVE_INFINITY);
  }, 180_000);
  afterAll(() => cloud?.restore());

  function onAws(): Platform {
    const clock: Clock = { now: () => world.now, sleep: async () => {} };
    const metrics = new BalancerMetrics({ region: "us-east-1", clock, limitMs: 500 });
    return { ...simulatedPlatform(new Life(world)), metrics: (since) => metrics.since(since, facts) };
  }

  async function live(hours: number): Promise<RunResult> {
    const judge = judgeOf(plan);
    const platform = onAws();
    const staying = new Watcher();
    let next = 0;
    let fresh = 0;
    return run({
      platform,
      judge(history) {
        const verdict = judge(history);
        said = { verdict, at: world.now };
        return verdict;
      },
      owner: "test",
      begin: { rollout: "r1", stable: "blue", candidate: "green", plan },
      clock: {
        now: () => world.now,
        async sleep(milliseconds) {
          if (world.now > began + hours * HOUR * 1000) throw new Crash("killed");
          if (said && world.now >= next && minuteOf(world.now) === minuteOf(said.at)) {
            next = world.now + 0.55 * HOUR * 1000;
            await compare("all along", staying);
            if (world.now >= fresh) {
              fresh = world.now + 7.3 * HOUR * 1000;
              await compare("just now", new Watcher());
            }
          }
          // Nothing comes more often than each minute.
          world.now += Math.max(milliseconds, 60_000);
        },
      },
    });
  }

  /** Somebody with `status`, and what its gates said. */
  class Watcher {
    evidence: unknown;
    readonly #onlooker = new Onlooker(
      { platform: onAws(), stack: "beta" },
      { now: () => world.now, sleep: async () => {} },
      (plan) => {
        const judge = judgeOf(plan);
        return (history) => {
          const verdict = judge(history);
          this.evidence = verdict.evidence;
          return verdict;
        };
      },
    );

    async shown(): Promise<unknown> {
      return (await this.#onlooker.look())!.gates;
    }
  }

  async function compare(seen: string, who: Watcher): Promise<void> {
    const hour = (world.now - began) / HOUR / 1000;
    const { evidence } = said!.verdict;
    const shown = await who.shown();
    if (who.evidence) compared.push({ hour, seen, shown, onlooker: who.evidence, run: evidence });
  }

  function minuteOf(now: number): number {
    return Math.floor(now / 60_000);
  }

  test("status shows of the gates what the run decides by, whenever one begins to look", () => {
    expect(result).toEqual({ outcome: "promoted", reason: "all steps passed" });
    expect(compared.length).toBeGreaterThan(40);
    expect(compared.at(-1)!.hour).toBeGreaterThan(28);
    for (const { hour, seen, shown, onlooker, run } of compared) {
      expect(onlooker, `${seen}, hour ${hour}`).toEqual(run);
      expect(shown).toEqual(gatesIn(run));
    }
    // Where the gates say the same thing all along nothing is compared.
    expect(new Set(compared.map(({ run }) => JSON.stringify(run))).size).toBeGreaterThan(20);
  });

  test("the report is whole: each request of the thirty hours, and the gates at each moment", async () => {
    const state = replay(world.journal)!;
    const history = new MetricHistory((since) => onAws().metrics(since));
    // The last minutes have come by now.
    world.now += 600_000;
    await history.read(state, world.journal.at(-1)!.at);
    const data = reportData("beta", world.journal, history.seconds, judgeOf(plan), world.now);
    expect((data.to - data.from) / 1000 / HOUR).toBeGreaterThan(30);
    const told = data.buckets.reduce((all, { tracks }) => all + requestsOf(tracks), 0);
    const within = ({ epochSecond }: MetricSecond) =>
      epochSecond * 1000 >= data.from - 1000 && epochSecond * 1000 < data.to && world.hasMetrics(epochSecond);
    const served = world.seconds.filter(within).reduce((all, { tracks }) => all + requestsOf(tracks), 0);
    // A minute's requests are spread over it: at both ends a few lie on the other side.
    expect(Math.abs(told - served)).toBeLessThan(2 * 60 * 20);
    const last = data.buckets.findLast(({ gates }) => gates.length > 0)!;
    expect((last.to - data.from) / 1000 / HOUR).toBeGreaterThan(30);
    for (const { from, tracks } of data.buckets)
      if (Math.abs(from - began - 11 * HOUR * 1000) > 1800_000) expect(requestsOf(tracks)).toBeGreaterThan(0);
  });

  function requestsOf(tracks: Record<string, { requests: number }>): number {
    return Object.values(tracks).reduce((all, { requests }) => all + requests, 0);
  }
});
