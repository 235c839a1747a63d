import { describe, expect, test } from "vitest";
import type { Judge } from "../../../rollout/core/verdict.ts";
import { weightsText } from "../../../rollout/core/weights.ts";
import type { Fault } from "../../support/simulated-platform.ts";
import { planFor, play, thresholds } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

const plan = planFor([
  { weight: 10, bake: 10 },
  { weight: 50, bake: 10 },
  { weight: 100, bake: 10 },
]);
const never = (call: Fault["call"], how: Fault["how"] = "before", nth = 0): Fault => ({
  call,
  nth,
  times: 1e9,
  how,
});
const splits = (world: World) => world.splits.map(({ weights }) => weightsText(weights));
const calls = (world: World) => world.calls.map(({ call }) => call);
const pages = ({ told }: Awaited<ReturnType<typeof play>>) => told.filter(({ how }) => how === "page").length;

describe("a candidate that is well", () => {
  test("goes from backup to draining, step by step", async () => {
    const world = new World();
    const { result } = await play({ world, plan });
    expect(result.outcome).toBe("promoted");
    expect(splits(world)).toEqual(["blue 100", "blue 90 green 10", "blue 50 green 50", "green 100"]);
    expect(calls(world)).toEqual([
      ...["backup", "migrate", "deploy", "smoke"],
      ...["setWeights", "setWeights", "setWeights", "setStable", "drain"],
    ]);
    expect(world.drained).toEqual(["blue"]);
    expect(world.stable).toBe("green");
  });

  test("is brought to 0 % first when it has traffic", async () => {
    const world = new World({ weights: { blue: 90, green: 10 } });
    await play({ world, plan });
    expect(calls(world).slice(0, 2)).toEqual(["setWeights", "backup"]);
    expect(splits(world)[1]).toBe("blue 100");
  });

  test("keeps the old servers until the time is over", async () => {
    const world = new World();
    await play({ world, plan: planFor([{ weight: 100, bake: 1 }], { keepSeconds: 3600 }) });
    const [stable, drain] = world.calls.slice(-2);
    expect(drain!.at - stable!.at).toBeGreaterThanOrEqual(3_600_000);
  });

  test("gets its servers before its traffic", async () => {
    const world = new World();
    world.servers.green = 0;
    await play({
      world,
      plan: planFor([{ weight: 100, bake: 1 }]),
      faults: [{ call: "deploy", nth: 0, times: 1, how: "silent" }],
    });
    expect(calls(world).indexOf("restoreCapacity")).toBe(calls(world).indexOf("setWeights") - 1);
  });
});

describe("a candidate that is sick", () => {
  const sickAt = (share: number) => (world: World) => (track: string) => ({
    errors: track === "green" && (world.real.green ?? 0) >= share ? 0.2 : 0.001,
  });

  test("goes back to stable within seconds, and keeps its servers a while", async () => {
    const world = new World();
    world.health = sickAt(50)(world);
    const played = await play({ world, plan });
    expect(played.result).toEqual({ outcome: "rolled-back", reason: expect.stringContaining("bad") });
    expect(splits(world)).toEqual(["blue 100", "blue 90 green 10", "blue 50 green 50", "blue 100"]);
    const [sick, well] = world.splits.slice(-2);
    expect(well!.at - sick!.at).toBeLessThan(3000);
    expect(world.config).toEqual({ blue: 100, green: 0 });
    expect(world.stable).toBe("blue");
    expect(world.drained).toEqual(["green"]);
    expect(pages(played)).toBe(1);
  });

  test("goes back also in a pause and in a freeze", async () => {
    const world = new World();
    const began = world.now / 1000;
    world.health = (track, second) => ({ errors: track === "green" && second > began + 12 ? 0.5 : 0 });
    const frozen = { ...plan, freeze: [{ text: "", from: 2 * 1440 + 601, to: 3 * 1440, zone: "UTC" }] };
    const { result } = await play({ world, plan: frozen, commands: [{ after: 5, command: "pause" }] });
    expect(result.outcome).toBe("rolled-back");
  });

  test("gets stable's servers back first", async () => {
    const world = new World();
    world.health = (track) => {
      if (track === "green")
        world.servers.blue = Math.max(
          1,
          world.servers.blue! > 1 && !calls(world).includes("restoreCapacity") ? 1 : world.servers.blue!,
        );
      return { errors: track === "green" ? 0.2 : 0 };
    };
    const { result } = await play({ world, plan });
    expect(result.outcome).toBe("rolled-back");
    expect(calls(world).slice(-3)).toEqual(["restoreCapacity", "setWeightsNow", "drain"]);
  });

  test("stays where it is, and somebody is paged, when stable can't take the load", async () => {
    const world = new World();
    world.health = sickAt(50)(world);
    world.mostServers = 1;
    const healthy = world.health;
    world.health = (track, second) => {
      world.servers.blue = 1;
      return healthy(track, second);
    };
    const { result, told } = await play({ world, plan });
    expect(result).toEqual({
      outcome: "stopped",
      reason: expect.stringContaining("would overload stable: blue has 1 healthy servers of 2"),
    });
    expect(told.at(-1)).toMatchObject({ how: "page", entry: { kind: "stopped" } });
  });

  test("goes back to all the servers that stable may have, though more would be needed: it had all the traffic with them", async () => {
    const world = new World();
    const health = sickAt(50)(world);
    world.health = (track) => {
      world.servers.blue = 1;
      return health(track);
    };
    world.declaredMost = 1;
    const { result } = await play({ world, plan });
    expect(result.outcome).toBe("rolled-back");
    expect(calls(world)).not.toContain("restoreCapacity");
  });

  test("a candidate that may not have the servers for its next step pauses at once, and asks for none", async () => {
    const world = new World();
    world.declaredMost = 1;
    const judge: Judge = (history) => {
      world.servers.green = 1;
      return thresholds(history);
    };
    await play({ world, plan, judge });
    const paused = world.journal.findIndex(({ kind }) => kind === "paused");
    const [before, entry] = [world.journal[paused - 1]!, world.journal[paused]!];
    expect(entry).toMatchObject({ reason: "green has 1 healthy servers of 2, and may have no more than 1" });
    expect(entry.at - before.at).toBeLessThan(2000);
    expect(splits(world).at(-1)).toBe("blue 50 green 50");
    expect(calls(world)).not.toContain("restoreCapacity");
  });

  test("a rollback that can't be verified stops and pages", async () => {
    for (const fault of [never("setWeightsNow", "silent"), never("setWeightsNow")]) {
      const world = new World();
      world.health = sickAt(10)(world);
      const { result, told } = await play({ world, plan, faults: [fault] });
      expect(result).toEqual({ outcome: "stopped", reason: expect.stringContaining("can't be verified") });
      expect(told.at(-1)!.how).toBe("page");
    }
  });

  test("before it has traffic, nothing moves", async () => {
    const world = new World();
    world.smoke = { passed: false, details: ["/health says 500"] };
    const { result } = await play({ world, plan });
    expect(result).toEqual({ outcome: "rolled-back", reason: "smoke tests failed: /health says 500" });
    expect(splits(world)).toEqual(["blue 100"]);
    expect(calls(world)).toEqual(["backup", "migrate", "deploy", "smoke", "drain"]);
  });
});

describe("what can't be known", () => {
  test("both tracks sick: held and paged, no load onto a sick stable", async () => {
    const world = new World();
    world.health = () => ({ errors: 0.2 });
    const { result, told } = await play({ world, plan });
    expect(told.map(({ entry }) => entry.kind)).toEqual(["begin", "hold", "paused", "stopped"]);
    expect(result.outcome).toBe("stopped");
    expect(weightsText(world.real)).toBe("blue 90 green 10");
  });

  /** At the last step stable has no users to be compared with: it is asked as a tester. */
  const sickAtAll = (serves: World["serves"]) => {
    const world = new World();
    world.health = () => ({ errors: (world.real.green ?? 0) === 100 ? 0.2 : 0.001 });
    // Until then the candidate passes its own tests, which are asked again before each step.
    world.serves = (track, now) => (world.real.green ?? 0) < 100 || serves(track, now);
    return world;
  };

  test("sick where stable has no users, and stable's own tests fail: stopped and paged, nothing moves", async () => {
    const world = sickAtAll(() => false);
    const played = await play({ world, plan });
    expect(played.result).toEqual({
      outcome: "stopped",
      reason: expect.stringMatching(
        /^stable fails its smoke tests too, so no traffic goes back to it: database /,
      ),
    });
    expect(weightsText(world.real)).toBe("green 100");
    expect(pages(played)).toBeGreaterThan(0);
  });

  test("sick where stable has no users, and stable serves: it goes back, also when a first test fails", async () => {
    let asked = 0;
    const world = sickAtAll(() => asked++ > 0);
    expect((await play({ world, plan })).result.outcome).toBe("rolled-back");
    expect(asked).toBe(2);
    expect(weightsText(world.real)).toBe("blue 100");
  });

  test("a person's rollback goes to a stable whose tests fail", async () => {
    const world = new World();
    world.serves = () => false;
    const long = planFor([{ weight: 100, bake: 60 }]);
    const { result } = await play({ world, plan: long, commands: [{ after: 30, command: "rollback" }] });
    expect(result).toEqual({ outcome: "rolled-back", reason: "ana asked" });
    expect(weightsText(world.real)).toBe("blue 100");
  });

  /** The next step must wait for servers, which come once both tracks have got sick. */
  const sickBetweenSteps = async (seconds: number) => {
    const world = new World();
    world.mostServers = 1;
    const judge: Judge = (history) => {
      const passed = world.journal.find(({ kind }) => kind === "passed");
      if (passed) world.servers.green = world.journal.some(({ kind }) => kind === "hold") ? 2 : 1;
      if (passed && world.now < passed.at + seconds * 1000)
        return { outcome: "wait", hold: true, reason: "both sick" };
      const verdict = thresholds(history);
      if (verdict.outcome === "pass") world.servers.green = 1;
      return verdict;
    };
    const steps = [50, 100].map((weight) => ({ weight, bake: 10 }));
    return { world, ...(await play({ world, plan: planFor(steps), judge })) };
  };

  test("both tracks sick when the next step is due: it isn't taken, and somebody is told", async () => {
    const { world, result, told } = await sickBetweenSteps(Number.POSITIVE_INFINITY);
    expect(told.map(({ entry }) => entry.kind)).toEqual(["begin", "passed", "hold", "paused", "stopped"]);
    expect(result.reason).toContain("no end of the hold in time: both sick");
    expect(splits(world).at(-1)).toBe("blue 50 green 50");
  });

  test("both tracks sick when the next step is due: it is taken once they are well again", async () => {
    const { world, result } = await sickBetweenSteps(8);
    expect(result.outcome).toBe("promoted");
    const released = world.journal.find(({ kind }) => kind === "released")!.at;
    expect(splits(world).at(-1)).toBe("green 100");
    expect(world.splits.at(-1)!.at).toBeGreaterThanOrEqual(released);
  });

  test("no data: paused and told, neither passed nor failed", async () => {
    for (const faults of [[], [never("metrics")]]) {
      const world = new World();
      if (faults.length === 0) world.requestsPerSecond = 0;
      const { result, told } = await play({ world, plan, faults });
      expect(told.map(({ entry }) => entry.kind)).toEqual(["begin", "paused", "stopped"]);
      expect(result.reason).toContain("no decision in time");
    }
  });

  test("metrics that end within a bake don't pass it", async () => {
    const world = new World();
    const { result } = await play({ world, plan, faults: [never("metrics", "before", 5)] });
    expect(result.outcome).toBe("stopped");
    expect(weightsText(world.real)).toBe("blue 90 green 10");
  });

  test("a balancer that can't be read while verifying stops the rollout", async () => {
    const world = new World();
    // Read before each of clear, backup, migrate, deploy, smoke and the first shift.
    const { result, told } = await play({ world, plan, faults: [never("readWeights", "before", 6)] });
    expect(result).toEqual({
      outcome: "stopped",
      reason: expect.stringContaining("the weights can't be read: readWeights is unreachable"),
    });
    expect(told.at(-1)!.how).toBe("page");
  });

  test("weights that can't be set are taken back, in the config too", async () => {
    const world = new World();
    const { result } = await play({ world, plan, faults: [never("setWeights", "within")] });
    expect(result.outcome).toBe("rolled-back");
    expect(splits(world).at(-1)).toBe("blue 100");
    expect(world.config).toEqual({ blue: 100, green: 0 });
  });
});
