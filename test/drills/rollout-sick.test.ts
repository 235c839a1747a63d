import { expect, it } from "vitest";
import { weights } from "../../rollout/platforms/rehearsal/index.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// What becomes of a rollout when something breaks while half of the traffic is on the candidate.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } }, 150);
const { project } = world;
const plan = planWith({ half: 60 });

it("goes back when the candidate gets slow", async () => {
  const { done } = await world.halfway(plan);
  await orderFaults(project, "green", { latencyMs: 700, latencyRate: 0.5 });
  const { outcome, reason } = await done;
  await orderFaults(project, "green", {});
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^over 500 ms: /);
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("goes back when the candidate crashes, though no server is left to log it", async () => {
  const { done } = await world.halfway(plan);
  await world.kill("green");
  const { outcome, reason } = await done;
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^errors: /);
  expect(await world.platform.readRealWeights()).toEqual(BLUE);
});

it("stops and shows the difference when somebody else moves the weights, and goes back on a person's word", async () => {
  const { done } = await world.halfway(plan);
  await weights(project).set({ blue: 10, green: 90 });
  await world.give("promote");
  const { outcome, reason } = await done;
  expect(outcome).toBe("stopped");
  expect(reason).toContain("config blue 50 green 50, state blue 50 green 50, balancer blue 10 green 90");
  await world.give("rollback");
  expect(await world.goOn()).toEqual({
    outcome: "stopped",
    reason: "the rollback found other weights on the balancer: blue 10 green 90",
  });
  await world.give("restore");
  expect(await world.goOn()).toMatchObject({ outcome: "rolled-back" });
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("holds and pages when both tracks are sick, and moves no load onto a sick stable", async () => {
  const { done } = await world.halfway(plan);
  await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, { errorRate: 0.6 })));
  await world.last("hold");
  expect(await world.share()).toBe(50);
  await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, {})));
  await world.give("rollback");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
});
