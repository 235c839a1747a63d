import { describe, expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import { isSteeringOnly } from "../../../rollout/core/stages.ts";
import type { RolloutState } from "../../../rollout/core/state.ts";
import { weightsText } from "../../../rollout/core/weights.ts";
import { Held } from "../../../rollout/platforms/held.ts";
import { give } from "../../../rollout/run/command.ts";
import { run } from "../../../rollout/run/run.ts";
import { serveOnce } from "../../../rollout/run/service/serve.ts";
import { serveShift } from "../../../rollout/run/service/shift.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, thresholds } from "../../support/simulated-run.ts";
import { Crash, Life, World } from "../../support/simulated-world.ts";

const plan = planFor(
  [
    { weight: 50, bake: 2 },
    { weight: 100, bake: 2 },
  ],
  { keepSeconds: 600 },
);

function runIn(life: Life, leave: (state: RolloutState) => boolean, begin?: { rollout: string }) {
  const { clock, world } = life;
  const beginning = begin && { ...begin, stable: world.stable, candidate: "green", plan };
  return run({
    platform: simulatedPlatform(life),
    judge: thresholds,
    owner: "test",
    clock,
    leave,
    ...(beginning && { begin: beginning }),
  });
}

/** One life of the controller: looks, drives what is due, until it dies or the world's clock is there. */
async function servedIn(life: Life, until: number): Promise<void> {
  const { clock, world } = life;
  const { journal } = simulatedPlatform(life);
  try {
    while (world.now < until && stateOf(world)?.stage.at !== "ended") {
      await serveOnce({ journal, clock, drive: (leave) => runIn(life, leave) });
      await clock.sleep(1_000);
    }
  } catch (error) {
    world.lockedBy = undefined;
    if (!(error instanceof Crash)) throw error;
  }
}

function stateOf(world: World): RolloutState | undefined {
  return replay(world.journal);
}

async function handedOver(): Promise<World> {
  const world = new World();
  const result = await runIn(new Life(world), isSteeringOnly, { rollout: "r1" });
  expect(result).toMatchObject({ outcome: "left" });
  return world;
}

const HOUR = 3_600_000;

test("what begins it leaves the candidate up, and no traffic moved", async () => {
  const world = await handedOver();
  expect(world.deployed).toEqual(["green"]);
  expect(weightsText(world.real)).toBe("blue 100");
  expect(world.lockedBy).toBeUndefined();
});

test("a candidate that isn't up yet is left to whoever brings it up", async () => {
  const world = new World();
  const life = new Life(world, 12);
  await expect(runIn(life, isSteeringOnly, { rollout: "r1" })).rejects.toThrow(Crash);
  world.lockedBy = undefined;
  const written = world.journal.length;
  expect(written).toBeGreaterThan(0);
  await servedIn(new Life(world), world.now + 60_000);
  expect(world.journal).toHaveLength(written);
});

test("killed at any moment the next one goes on, and nobody drives backup or deployment again", async () => {
  const whole = new Life(await handedOver());
  await servedIn(whole, whole.world.now + HOUR);
  expect(stateOf(whole.world)?.outcome?.is).toBe("promoted");
  for (let at = 0; at < whole.points; at += 3) {
    const world = await handedOver();
    await servedIn(new Life(world, at), world.now + HOUR);
    const killed = world.now;
    const was = stateOf(world)?.stage.at;
    const count = world.written.length;
    await servedIn(new Life(world), world.now + 2 * HOUR);
    expect(stateOf(world)?.outcome?.is, `killed at ${at}`).toBe("promoted");
    expect(world.backups).toEqual(["before-r1"]);
    expect(world.deployed).toEqual(["green"]);
    if (was === "keep" || was === "ended") continue;
    const next = world.written[count] ?? Number.POSITIVE_INFINITY;
    expect(next - killed, `killed at ${at}`).toBeLessThan(60_000);
  }
});

test("a rollout that stopped waits for a person's word, and then goes on", async () => {
  const world = await handedOver();
  world.real = { blue: 30, green: 70 };
  await servedIn(new Life(world), world.now + 60_000);
  expect(stateOf(world)?.stopped).toContain("the weights differ");
  const stopped = world.journal.length;
  await servedIn(new Life(world), world.now + 60_000);
  expect(world.journal).toHaveLength(stopped);
  const life = new Life(world);
  await give(simulatedPlatform(life), life.clock, "restore", "somebody");
  await servedIn(new Life(world), world.now + HOUR);
  expect(stateOf(world)?.outcome?.is).toBe("promoted");
});

test("nobody holds the lock while only the time of the idle track's servers runs; it ends by itself", async () => {
  const world = await handedOver();
  await servedIn(new Life(world), world.now + 300_000);
  expect(stateOf(world)?.stage.at).toBe("keep");
  expect(world.lockedBy).toBeUndefined();
  await servedIn(new Life(world), world.now + HOUR);
  expect(stateOf(world)?.stage.at).toBe("ended");
  expect(world.drained).toEqual(["blue"]);
});

const MINUTE = 60_000;

/** One that may last 15 minutes, at a rollout that is due. @param drive is told of each try, by the time since the first */
async function shiftIn(
  world: World,
  drive: (ms: number, leave: (state: RolloutState) => boolean) => unknown,
) {
  const { clock } = new Life(world);
  const began = clock.now();
  const { journal } = simulatedPlatform(new Life(world));
  const remainingMs = () => 15 * MINUTE - (clock.now() - began);
  await serveShift({
    journal,
    clock,
    remainingMs,
    drive: async (leave) => drive(clock.now() - began, leave),
  });
  return clock.now() - began;
}

describe("a controller that may last 15 minutes", () => {
  test("goes a minute before they are over, and the next one goes on", async () => {
    const world = await handedOver();
    const long = { ...plan, steps: plan.steps.map((each) => ({ ...each, bakeSeconds: 1800 })) };
    world.journal = world.journal.map((each) => (each.kind === "begin" ? { ...each, plan: long } : each));
    const took = await shiftIn(world, (_, leave) => runIn(new Life(world), leave));
    expect(took).toBeGreaterThan(13.9 * MINUTE);
    expect(took).toBeLessThan(14.5 * MINUTE);
    expect(world.lockedBy).toBeUndefined();
    expect(stateOf(world)?.stage.at).toBe("bake");
    for (let left = 10; left > 0 && stateOf(world)?.stage.at !== "ended"; left--)
      await shiftIn(world, (_, leave) => runIn(new Life(world), leave));
    expect(stateOf(world)?.outcome?.is).toBe("promoted");
  });

  test.each([
    ["is well and has time: goes at once", 5 * MINUTE, 9_000, 1],
    ["has just begun: goes at once", 0, 9_000, 1],
    ["has missed a sign of life: waits to take its place", 5 * MINUTE, 13_000, 20],
    ["is about to go: waits to take its place", 13.5 * MINUTE, 9_000, 20],
    ["has another time than 15 minutes, such as a person's run: goes at once", 3 * 60 * MINUTE, 9_000, 1],
  ])("beside one that %s", async (_, ageMs, silentMs, tries) => {
    const world = await handedOver();
    const since = world.now - ageMs;
    let tried = 0;
    const took = await shiftIn(world, () => {
      if (++tried < 20) throw new Held("another", since, silentMs);
    });
    expect(tried).toBe(tries);
    expect(took).toBeLessThan(MINUTE);
  });

  test("what goes wrong is told to whoever started it", async () => {
    const world = await handedOver();
    const broken = shiftIn(world, () => {
      throw new Error("AccessDenied");
    });
    await expect(broken).rejects.toThrow("AccessDenied");
  });
});
