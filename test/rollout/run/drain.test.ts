import { describe, expect, test } from "vitest";
import { trafficText } from "../../../rollout/core/weights.ts";
import { give } from "../../../rollout/run/command.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, play, type Script } from "../../support/simulated-run.ts";
import { Life, World } from "../../support/simulated-world.ts";

// The last step with sessions, played on the simulated world: who has one stays with stable until the drain is over.

const DRAIN = 20;
const plan = (most = DRAIN, idle = 10, bake = 5) => ({
  ...planFor([
    { weight: 50, bake: 5 },
    { weight: 100, bake },
  ]),
  drain: { mostSeconds: most, idleSeconds: idle },
});

/** A fifth of all requests are of sessions that stable has, for so long. */
function world(heldSeconds = Number.POSITIVE_INFINITY): World {
  const made = new World();
  made.held = (afterMs) => (afterMs < heldSeconds * 1000 ? 0.2 : 0);
  return made;
}

const splits = ({ splits: all }: World) => all.map(({ weights, draining }) => trafficText(weights, draining));
const calls = ({ calls: all }: World) => all.map(({ call }) => call);

/** How long stable kept its sessions, in seconds; undefined: it has them still, or never had. */
function drained({ splits: all }: World): number | undefined {
  const index = all.findIndex(({ draining }) => draining !== undefined);
  const [from, to] = [all[index], all[index + 1]];
  return from && to && (to.at - from.at) / 1000;
}

async function played(script: Partial<Script> & { world: World }) {
  const result = await play({ plan: plan(), ...script });
  return { ...result, world: script.world };
}

const WAY = ["blue 100", "blue 50 green 50", "green 100 (blue keeps its sessions)", "green 100"];

describe("the last step", () => {
  test("keeps stable's sessions for the plan's time, and gives its servers up afterwards", async () => {
    const { result, world: after } = await played({ world: world() });
    expect(result.outcome).toBe("promoted");
    expect(splits(after)).toEqual(WAY);
    expect(drained(after)).toBeGreaterThanOrEqual(DRAIN);
    expect(drained(after)).toBeLessThan(DRAIN + 3);
    expect(calls(after).slice(-4)).toEqual(["setWeights", "setWeights", "setStable", "drain"]);
    expect(after.draining).toEqual({ config: undefined, state: undefined, real: undefined });
    // The servers stay for their time after it.
    const [ended, , drain] = after.calls.slice(-3);
    expect(drain!.at - ended!.at).toBeGreaterThanOrEqual(plan().limits.keepSeconds * 1000);
  });

  test("ends earlier when nobody was there for as long as a session lasts", async () => {
    const { result, world: after } = await played({ world: world(4) });
    expect(result.outcome).toBe("promoted");
    expect(drained(after)).toBeGreaterThanOrEqual(10);
    expect(drained(after)).toBeLessThan(17);
  });

  test("takes everybody at once where nothing is to drain", async () => {
    const { world: after } = await played({ world: world(), plan: planFor([{ weight: 100, bake: 5 }]) });
    expect(splits(after)).toEqual(["blue 100", "green 100"]);
  });

  test("is over before its bake is, and the bake goes on", async () => {
    const { world: after } = await played({ world: world(), plan: plan(4, 10, 30) });
    expect(drained(after)).toBeLessThan(8);
    const [shift, , stable] = after.calls.slice(-4);
    expect(stable!.at - shift!.at).toBeGreaterThanOrEqual(30_000);
  });

  test("is cut short by a person", async () => {
    const { result, world: after } = await played({
      world: world(),
      plan: plan(3600, 600),
      commands: [{ after: 12, command: "promote" }],
    });
    expect(result.outcome).toBe("promoted");
    expect(drained(after)).toBeLessThan(15);
  });

  test("ends when stable doesn't answer any more: nobody is held where nothing is", async () => {
    const during = world();
    const began = during.now / 1000;
    during.health = (track, second) => ({ errors: track === "blue" && second > began + 14 ? 0.9 : 0 });
    const { result } = await played({ world: during, plan: plan(3600, 600) });
    expect(result.outcome).toBe("promoted");
    expect(drained(during)).toBeLessThan(20);
  });

  test("waits in a pause: who is kept stays", async () => {
    const { result, world: after } = await played({
      world: world(),
      commands: [
        { after: 10, command: "pause" },
        { after: 25, command: "resume" },
      ],
      plan: plan(5),
    });
    expect(result.outcome).toBe("promoted");
    expect(drained(after)).toBeGreaterThan(10);
  });

  test("that somebody ends in the config is over when the rollout looks, and nothing is taken for a drift", async () => {
    const during = world();
    during.later(16_000, () => {
      during.draining = { config: undefined, state: undefined, real: undefined };
      during.splits.push({ at: during.now, weights: { green: 100 } });
    });
    const { result } = await played({ world: during });
    expect(result.outcome).toBe("promoted");
    expect(calls(during).filter((call) => call === "setWeights")).toHaveLength(2);
  });
});

describe("a candidate that breaks in the drain", () => {
  const breaking = () => {
    const made = world();
    const began = made.now / 1000;
    made.health = (track, second) => ({ errors: track === "green" && second > began + 14 ? 0.5 : 0 });
    return made;
  };

  test("goes back with everybody, in one act", async () => {
    const { result, world: after } = await played({ world: breaking() });
    expect(result.outcome).toBe("rolled-back");
    expect(splits(after)).toEqual([...WAY.slice(0, 3), "blue 100"]);
    expect(calls(after).filter((call) => call.startsWith("setWeights"))).toEqual([
      "setWeights",
      "setWeights",
      "setWeightsNow",
    ]);
    expect(after.draining).toEqual({ config: undefined, state: undefined, real: undefined });
    expect(drained(after)).toBeLessThan(10);
  });

  test("goes back also when a person asks", async () => {
    const { result, world: after } = await played({
      world: world(),
      commands: [{ after: 14, command: "rollback" }],
    });
    expect(result.outcome).toBe("rolled-back");
    expect(splits(after).at(-1)).toBe("blue 100");
    expect(after.draining.config).toBeUndefined();
  });
});

describe("kill -9 at any moment, then again", () => {
  test("the drain ends as if nothing had been, and nobody is moved twice", async () => {
    const { points } = await played({ world: world() });
    for (let at = 0; at < points; at += 1) {
      const { result, world: after } = await played({ world: world(), crashes: [at] });
      expect(result.outcome, `killed at ${at}`).toBe("promoted");
      expect(splits(after), `killed at ${at}`).toEqual(WAY);
      expect(drained(after), `killed at ${at}`).toBeGreaterThanOrEqual(DRAIN);
      expect(after.draining).toEqual({ config: undefined, state: undefined, real: undefined });
    }
  });
});

test("weights that somebody moves in the drain stop it; restored, stable keeps its sessions again", async () => {
  const during = world();
  during.later(14_000, () => during.move({ blue: 30, green: 70 }));
  const { result } = await played({ world: during, plan: plan(60, 60) });
  expect(result).toMatchObject({ outcome: "stopped" });
  expect(result.reason).toContain("the rollout left green 100 (blue keeps its sessions)");
  const hand = new Life(during);
  await give(simulatedPlatform(hand), hand.clock, "restore", "ana");
  const again = await played({ world: during, plan: plan(60, 60) });
  expect(again.result.outcome).toBe("promoted");
  expect(splits(during)).toEqual([...WAY.slice(0, 3), "blue 30 green 70", ...WAY.slice(2)]);
});
