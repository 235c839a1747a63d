import { expect, it } from "vitest";
import { orderFaults } from "../rehearsal/faults.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// A candidate that answers no 5xx and nothing late, as far as finished answers tell, and is broken all the same.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } }, 150);
const plan = planWith({ half: 60, full: 5 });

it.each([
  ["never answers 3 % of its requests", { hangRate: 0.03 }, /^(unfinished|errors): |^over 500 ms: /],
  ["begins 3 % of its answers and doesn't end them", { endlessRate: 0.03 }, /^unfinished: /],
  [
    "finds nothing at 40 % of what it is asked for, but is healthy",
    { lostRate: 0.4 },
    /^4xx: |smoke tests fail/,
  ],
] as const)("goes back when the candidate %s", async (_, order, why) => {
  const { done } = await world.halfway(plan);
  const began = performance.now();
  await orderFaults(world.project, "green", order);
  const { outcome, reason } = await done;
  await orderFaults(world.project, "green", {});
  console.log(
    `${JSON.stringify(order)}: ${outcome} after ${Math.round((performance.now() - began) / 1000)} s: ${reason}`,
  );
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(why);
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("goes on when both tracks have as many of these", async () => {
  const { done } = await world.halfway(planWith({ half: 20, full: 5 }));
  for (const track of ["blue", "green"])
    await orderFaults(world.project, track, { lostRate: 0.005, endlessRate: 0.01 });
  expect(await done).toMatchObject({ outcome: "promoted" });
});
