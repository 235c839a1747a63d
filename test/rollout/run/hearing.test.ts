import { expect, test } from "vitest";
import { hearer } from "../../../rollout/run/hearing.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { Life, World } from "../../support/simulated-world.ts";

// A person has just asked for a rollback, and the lease says that somebody runs the rollout.

/** @param later what happens as time goes on, by the seconds since */
async function heardBy(later: (world: World, seconds: number) => void) {
  const world = new World();
  const began = world.now;
  world.journal.push({ kind: "command", command: "rollback", at: began, by: "ana" });
  world.lockedBy = "runner";
  const { clock } = new Life(world);
  const sleep = async (milliseconds: number) => {
    await clock.sleep(milliseconds);
    later(world, (world.now - began) / 1000);
  };
  const runner = await hearer(simulatedPlatform(new Life(world)), { now: clock.now, sleep }, "ana");
  return { runner, seconds: (world.now - began) / 1000, lockedBy: world.lockedBy };
}

test("a run that is there answers, and is named", async () => {
  const { runner, seconds } = await heardBy((world, at) => {
    if (at === 1) world.journal.push({ kind: "rollback", reason: "ana asked", at: world.now, by: "runner" });
  });
  expect(runner).toEqual({ owner: "runner", answered: true });
  expect(seconds).toBe(1);
});

test("a run that was killed is found to be gone when its lease has run out", async () => {
  const { runner, lockedBy } = await heardBy((world, at) => {
    if (at === 30) world.lockedBy = undefined;
  });
  expect(runner).toBeUndefined();
  expect(lockedBy).toBeUndefined();
});

test("a run that is in the midst of an act isn't waited for for ever, and is known not to have answered", async () => {
  const { runner, seconds } = await heardBy(() => {});
  expect(runner).toEqual({ owner: "runner", answered: false });
  expect(seconds).toBeLessThanOrEqual(41);
});
