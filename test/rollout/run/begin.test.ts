import { expect, test } from "vitest";
import { run } from "../../../rollout/run/run.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, thresholds } from "../../support/simulated-run.ts";
import { Crash, Life, World } from "../../support/simulated-world.ts";

const plan = planFor([{ weight: 100, bake: 5 }], { keepSeconds: 600 });

/** Ends as a killed run does, once the world's clock has reached `until`. */
async function runFor(world: World, until: number, rollout: string, anew: boolean) {
  const life = new Life(world);
  const begin = { rollout, stable: world.stable, candidate: "green", plan, anew };
  const clock = {
    now: life.clock.now,
    async sleep(milliseconds: number) {
      if (world.now >= until) throw new Crash("killed");
      world.now += milliseconds;
    },
  };
  const done = run({ platform: simulatedPlatform(life), judge: thresholds, owner: "test", begin, clock });
  return done.catch((error: unknown) => {
    world.lockedBy = undefined;
    if (!(error instanceof Crash)) throw error;
    return undefined;
  });
}

test("a rollout whose servers are still kept gives way to another only when that is said", async () => {
  const world = new World();
  world.smoke = { passed: false, details: ["/: 500"] };
  const keeping = world.now + 60_000;
  await runFor(world, keeping, "r1", false);
  expect(world.journal.at(-1)).toMatchObject({ kind: "verified", weights: { blue: 100 } });
  // The same command again goes on with the first.
  await runFor(world, keeping + 5_000, "r2", false);
  expect(world.journal.filter(({ kind }) => kind === "begin")).toHaveLength(1);
  world.smoke = { passed: true, details: [] };
  expect(await runFor(world, Number.POSITIVE_INFINITY, "r3", true)).toMatchObject({ outcome: "promoted" });
  const begun = world.journal.flatMap((entry) => (entry.kind === "begin" ? [entry.rollout] : []));
  expect(begun).toEqual(["r1", "r3"]);
});

test("the phase of the launch that a rollout begins is in its first entry", async () => {
  const world = new World();
  const phase = { name: "alpha", cohort: "tenants acme", reach: ["tenants: no flag names them yet"] };
  const life = new Life(world);
  const begin = { rollout: "r1", stable: "blue", candidate: "green", plan, phase };
  await run({
    platform: simulatedPlatform(life),
    judge: thresholds,
    owner: "test",
    begin,
    clock: life.clock,
  });
  expect(world.journal[0]).toMatchObject({ kind: "begin", phase });
});

test("a bake without a request to the candidate pauses and tells, long before the step's deadline", async () => {
  const world = new World();
  world.requestsPerSecond = 0;
  const begun = world.now;
  const long = planFor([{ weight: 100, bake: 86_400 }], { noDataSeconds: 900, patienceSeconds: 60 });
  const life = new Life(world);
  const begin = { rollout: "r1", stable: "blue", candidate: "green", plan: long };
  const result = await run({
    platform: simulatedPlatform(life),
    judge: thresholds,
    owner: "test",
    begin,
    clock: life.clock,
  });
  expect(result).toMatchObject({ outcome: "stopped", reason: expect.stringContaining("no data from green") });
  expect(world.now - begun).toBeLessThan(1_100_000);
});

test.each([
  [3_600_000, "This machine's clock is 3600 s ahead of the platform's"],
  [-90_000, "This machine's clock is 90 s behind the platform's"],
])(
  "nothing begins on a machine whose clock is off by %d ms; what has begun goes on",
  async (aheadMs, told) => {
    const world = new World();
    const begin = { rollout: "r1", stable: "blue", candidate: "green", plan };
    const runOn = (ahead: number, crashAt?: number) => {
      const life = new Life(world, crashAt);
      const platform = simulatedPlatform(life);
      const journal = { ...platform.journal, aheadMs: () => ahead };
      return run({
        platform: { ...platform, journal },
        judge: thresholds,
        owner: "test",
        begin,
        clock: life.clock,
      });
    };
    await expect(runOn(aheadMs)).rejects.toThrow(told);
    expect(world.journal).toEqual([]);
    await runOn(59_000, 40).catch(() => {});
    world.lockedBy = undefined;
    expect(await runOn(aheadMs)).toMatchObject({ outcome: "promoted" });
  },
);
