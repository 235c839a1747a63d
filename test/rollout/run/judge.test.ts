import { describe, expect, test } from "vitest";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

const plan = planFor([
  { weight: 10, bake: 120 },
  { weight: 50, bake: 120 },
  { weight: 100, bake: 60 },
]);
// Stable has served for a while: the gates learn from it what is usual.
const world = () => {
  const made = new World();
  made.now += 600_000;
  made.requestsPerSecond = 300;
  return made;
};
const runWith = (on: World) => play({ world: on, plan, judge: judgeOf(plan) });

describe("the gates in a rollout", () => {
  test("let a healthy candidate through", async () => {
    expect((await runWith(world())).result.outcome).toBe("promoted");
  });

  test("send back one that fails 20 % within seconds, at the first step", async () => {
    const on = world();
    on.health = (track) => ({ errors: track === "green" ? 0.2 : 0.001 });
    expect((await runWith(on)).result).toEqual({
      outcome: "rolled-back",
      reason: expect.stringContaining("errors: "),
    });
    const [, sick, back] = on.splits;
    expect(back!.at - sick!.at).toBeLessThan(10_000);
  });

  test("send back one that is slow", async () => {
    const on = world();
    on.health = (track) => ({ errors: 0.001, slow: track === "green" ? 0.4 : 0.01 });
    expect((await runWith(on)).result).toEqual({
      outcome: "rolled-back",
      reason: expect.stringContaining("over 500 ms: "),
    });
  });

  test("don't blame the candidate when both are sick", async () => {
    const on = world();
    on.health = () => ({ errors: 0.3 });
    const { result, told } = await runWith(on);
    expect(result.outcome).toBe("stopped");
    expect(told.map(({ entry }) => entry.kind)).toContain("hold");
    expect(told.map(({ entry }) => entry.kind)).not.toContain("rollback");
  });

  test("judge a first release by the objective alone", async () => {
    const on = world();
    const first = { plan, stable: "blue", candidate: "blue" };
    expect((await play({ world: on, ...first, judge: judgeOf(plan) })).result.outcome).toBe("promoted");
    const sick = world();
    sick.health = () => ({ errors: 0.1 });
    expect((await play({ world: sick, ...first, judge: judgeOf(plan) })).result.outcome).toBe("stopped");
  });

  test("a restart comes to the same from the whole history", () => {
    const on = world();
    on.now += 30_000;
    const seconds = on.metricsSince(0);
    const steps = [{ weight: 10, from: seconds[600]!.epochSecond }];
    const history = { stable: "blue", candidate: "green", steps, baked: true };
    const atOnce = judgeOf(plan)({ ...history, seconds });
    const judge = judgeOf(plan);
    for (let i = 601; i < seconds.length; i += 1) judge({ ...history, seconds: seconds.slice(0, i) });
    expect(judge({ ...history, seconds })).toEqual(atOnce);
  });
});
