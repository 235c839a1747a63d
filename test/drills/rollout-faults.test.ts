import { expect, it } from "vitest";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// Faults that the balancer's health checks notice after ten seconds. Those that the gates see at once: rollout-sick.test.ts.

const GREEN = { blue: 0, green: 100 };
const world = rolloutWorld({
  tracks: { blue: { weight: 100, servers: 2 }, green: { weight: 0, servers: 2 } },
});

it("goes on when one of stable's two servers is killed: that isn't the candidate's fault", async () => {
  const { done } = await world.halfway(planWith({ half: 15, full: 3 }));
  const since = world.lossSince();
  await world.kill("blue");
  expect(await done).toEqual({ outcome: "promoted", reason: "all steps passed" });
  expectSomeLost("one of stable's two servers killed", since());
  expect(await world.kinds()).not.toContain("hold");
  expect(await world.platform.readWeights()).toMatchObject({ config: GREEN, state: GREEN, real: GREEN });
  await world.anew();
});

it("goes back when one of the candidate's two servers is killed: half of its answers fail", async () => {
  const { done } = await world.halfway(planWith({ half: 15, full: 3 }));
  const since = world.lossSince();
  await world.kill("green");
  const { outcome, reason } = await done;
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^errors: /);
  expectSomeLost("one of the candidate's two servers killed", since());
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
  await world.anew();
});

/** Half of one track's half, at most, until the balancer has noticed or the traffic has left. */
function expectSomeLost(what: string, { requests, lost }: { requests: number; lost: number }): void {
  console.log(`${what}: ${lost} of ${requests} requests lost`);
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(requests / 3);
}
