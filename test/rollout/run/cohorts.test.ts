import { describe, expect, test } from "vitest";
import { weightsText } from "../../../rollout/core/weights.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

// What becomes of cohorts in a rollout: nobody is led to a candidate that is brought, went back, or has all the traffic.

const plan = planFor([
  { weight: 10, bake: 10 },
  { weight: 100, bake: 10 },
]);
const PILOTS = { pilots: "green" };
const open = () => ({ config: PILOTS, real: PILOTS });
const CLOSED = { config: {}, real: {} };
const acts = (world: World) => world.calls.map(({ call }) => call);

describe("a cohort that is open", () => {
  test("when a rollout begins is closed before anything is deployed", async () => {
    const world = new World();
    world.led = open();
    let then: unknown;
    const { deployed } = world;
    world.deployed = new Proxy(deployed, {
      set: (...all) => {
        then ??= world.led;
        return Reflect.set(...all);
      },
    });
    const { result } = await play({ world, plan });
    expect(result.outcome).toBe("promoted");
    expect(then).toEqual(CLOSED);
    expect(acts(world).indexOf("setWeights")).toBeLessThan(acts(world).indexOf("deploy"));
  });

  test("in a bake stays so through a step, and ends with the last", async () => {
    const world = new World();
    const seen: string[] = [];
    world.later(5_000, () => {
      world.led = open();
    });
    for (let at = 5_500; at < 60_000; at += 500)
      world.later(at, () => {
        if (Object.keys(world.led.real).length > 0) seen.push(weightsText(world.real));
      });
    const { result } = await play({ world, plan });
    expect(result.outcome).toBe("promoted");
    expect(new Set(seen)).toEqual(new Set(["blue 90 green 10"]));
    expect(world.led).toEqual(CLOSED);
  });

  test.each([
    ["config and balancer", open()],
    ["the balancer alone", { config: {}, real: PILOTS }],
    ["the config alone", { config: PILOTS, real: {} }],
  ])(
    "in %s is ended by a rollback before the first step, though no traffic has to move",
    async (_where, led) => {
      const world = new World();
      world.smoke = { passed: false, details: ["it doesn't answer"] };
      // While the candidate is brought: then nothing of the weights is to change any more.
      const { deployed } = world;
      world.deployed = new Proxy(deployed, {
        set: (...all) => {
          world.led = led;
          return Reflect.set(...all);
        },
      });
      const { result } = await play({ world, plan });
      expect(result).toMatchObject({ outcome: "rolled-back" });
      expect(world.led).toEqual(CLOSED);
      expect(world.splits.map(({ weights }) => weightsText(weights))).toEqual(["blue 100"]);
    },
  );

  test("is ended by a rollback out of a bake, with the same act that moves the traffic", async () => {
    const world = new World();
    world.later(15_000, () => {
      world.led = open();
    });
    const { result } = await play({
      world,
      plan: planFor([
        { weight: 10, bake: 100 },
        { weight: 100, bake: 1 },
      ]),
      commands: [{ after: 20, command: "rollback" }],
    });
    expect(result.outcome).toBe("rolled-back");
    expect(world.led).toEqual(CLOSED);
    expect(acts(world).filter((call) => call === "setWeightsNow")).toHaveLength(1);
  });

  test("keeps the servers that it is led to, and a person is told", async () => {
    const world = new World();
    const { result } = await play({
      world,
      plan: { ...plan, limits: { ...plan.limits, keepSeconds: 60 } },
      commands: [],
    }).finally(() => {});
    expect(result.outcome).toBe("promoted");
    // Again, and somebody opens one to the idle track while its servers stay.
    const other = new World();
    other.later(60_000, () => {
      other.led = { config: { late: "blue" }, real: { late: "blue" } };
    });
    const second = await play({
      world: other,
      plan: { ...plan, limits: { ...plan.limits, keepSeconds: 60 } },
    });
    expect(second.result).toMatchObject({ outcome: "stopped" });
    expect(second.result.reason).toContain("the cohort late is led to blue: close it first");
    expect(other.drained).toEqual([]);
  });
});
