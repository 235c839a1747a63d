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

  const chosen = (track: string) => (track === "green" ? 8 : 2);
  const begin = (of: (track: string, weight: number) => number) => (track: string, weight: number) => ({
    ...{ first: of(track, weight), again: 0, held: 10 },
  });

  test("let one through whose sessions begin by the weights", async () => {
    const on = world();
    on.sessions = begin((_, weight) => weight / 10);
    const { result, told } = await runWith(on);
    expect(result.outcome).toBe("promoted");
    expect(told.map(({ entry }) => entry.kind)).not.toContain("paused");
  });

  test("pause one whose sessions don't, at each split, until a person accepts it", async () => {
    const on = world();
    on.sessions = begin(chosen);
    const skewed = { world: on, plan, judge: judgeOf(plan) };
    const { result, told } = await play(skewed);
    expect(result).toMatchObject({ outcome: "stopped", reason: expect.stringContaining("nobody resumed") });
    const paused = told.map(({ entry }) => entry).find(({ kind }) => kind === "paused");
    expect(paused).toMatchObject({
      about: "sessions",
      reason: expect.stringMatching(/% of \d+ came to green/),
    });
    const accepted = world();
    accepted.sessions = begin(chosen);
    const commands = Array.from({ length: 40 }, (_, index) => ({
      after: 15 * (index + 1),
      command: "resume" as const,
    }));
    const gone = await play({ ...skewed, world: accepted, commands });
    expect(gone.result.outcome).toBe("promoted");
    const pauses = gone.told.filter(({ entry }) => entry.kind === "paused");
    // At 10 and at 50 %; at 100 there is nothing to choose.
    expect(pauses).toHaveLength(2);
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
