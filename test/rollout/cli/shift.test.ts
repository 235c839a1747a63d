import { beforeEach, describe, expect, test } from "vitest";
import { shift } from "../../../rollout/cli/rollout/shift.ts";
import { stackSettings } from "../../../rollout/config/settings.ts";
import type { Lacking } from "../../../rollout/run/make-room.ts";
import { type Fault, simulatedPlatform } from "../../support/simulated-platform.ts";
import { Life, World } from "../../support/simulated-world.ts";
import { ROOT } from "../docs-pages.ts";

// An hour after green was promoted: blue has one server left, and all traffic takes two.

const settings = stackSettings(ROOT, "beta");
let world: World;
let said: string[];

beforeEach(() => {
  world = new World({ weights: { blue: 0, green: 100 } });
  world.servers = { blue: 1, green: 2 };
  said = [];
});

async function shifted(
  weights: Record<string, number>,
  lacking: Lacking,
  {
    faults = [],
    restore = false,
    stable = "blue",
  }: { faults?: Fault[]; restore?: boolean; stable?: string } = {},
) {
  const life = new Life(world);
  const stage = {
    platform: simulatedPlatform(life, faults),
    stack: "beta",
    settings: { ...settings, stable },
    say,
  };
  try {
    return await shift(stage, weights, { lacking, restore }, life.clock);
  } finally {
    expect(world.lockedBy).toBeUndefined();
  }
}

function say(line: string): void {
  said.push(line);
}

const moves = () => world.splits.slice(1).map(({ weights }) => weights);
const acts = () => world.calls.map(({ call }) => call);

describe("a track whose share grows", () => {
  test("without the servers for it gets no traffic", async () => {
    await expect(shifted({ blue: 100 }, "refuse")).rejects.toThrow(
      "blue has 1 healthy of 2 servers that 100 % of the traffic needs. Nothing was moved. Add --grow",
    );
    expect(acts()).toEqual([]);
  });

  test("with the servers for it gets its share; one whose share shrinks isn't asked", async () => {
    world.servers = { blue: 1, green: 0 };
    await shifted({ blue: 50, green: 50 }, "refuse");
    expect(moves()).toEqual([{ blue: 50, green: 50 }]);
    expect(said).toEqual([]);
  });

  test("grows against what the balancer does, also where config says otherwise", async () => {
    world.config = { blue: 100, green: 0 };
    await expect(shifted({ blue: 100 }, "refuse", { restore: true })).rejects.toThrow("blue has 1 healthy");
    expect(acts()).toEqual([]);
  });

  test("which may not have the servers for it gets none, and is told what to raise", async () => {
    world.declaredMost = 1;
    for (const lacking of ["refuse", "grow"] as const)
      await expect(shifted({ blue: 100 }, lacking)).rejects.toThrow(
        "blue has 1 healthy of 2 servers that 100 % of the traffic needs. Nothing was moved. It may have no more: raise",
      );
    expect(acts()).toEqual([]);
    await shifted({ blue: 100 }, "force");
    expect(moves()).toEqual([{ blue: 100 }]);
  });

  test("whose servers can't be counted gets none, and none are asked for", async () => {
    const faults: Fault[] = [{ call: "capacity", nth: 0, times: 9, how: "before" }];
    for (const lacking of ["refuse", "grow"] as const)
      await expect(shifted({ blue: 100 }, lacking, { faults })).rejects.toThrow(
        "the servers of blue can't be counted: capacity is unreachable. Nothing was moved. Try again",
      );
    expect(acts()).toEqual([]);
  });
});

describe("--grow", () => {
  test("asks for the servers, waits until they are healthy, says so, and moves the traffic then", async () => {
    world.mostServers = 1;
    const began = world.now;
    const slow = setServersAt(began + 90_000);
    await shifted({ blue: 100 }, "grow");
    expect(slow()).toBe(true);
    expect(acts()).toEqual(["restoreCapacity", "setWeights"]);
    expect(world.splits.at(-1)!.at).toBeGreaterThanOrEqual(began + 90_000);
    expect(said[0]).toBe("asks for 2 servers of blue");
    expect(said.at(-1)).toBe("blue has the servers for 100 %");
    const waiting = said.filter((line) => line.startsWith("blue has 1 healthy of 2"));
    expect(waiting.length).toBeGreaterThanOrEqual(3);
    expect(waiting.length).toBeLessThanOrEqual(5);
  });

  test("doesn't wait for ever, and moves nothing then", async () => {
    world.mostServers = 1;
    const began = world.now;
    await expect(shifted({ blue: 100 }, "grow")).rejects.toThrow(
      /^blue has 1 healthy of 2 servers .*, after 900 s of waiting\. Nothing was moved\. The servers stay asked for/,
    );
    expect(world.now - began).toBeGreaterThanOrEqual(900_000);
    expect(moves()).toEqual([]);
  });

  test("moves nothing where somebody else moved the weights meanwhile", async () => {
    world.mostServers = 1;
    setServersAt(world.now + 10_000, () => world.move({ blue: 10, green: 90 }));
    await expect(shifted({ blue: 100 }, "grow")).rejects.toThrow("the weights differ: config green 100");
    expect(acts()).toEqual(["restoreCapacity"]);
  });

  test("a count that fails meanwhile is taken again", async () => {
    const faults: Fault[] = [{ call: "capacity", nth: 1, times: 2, how: "before" }];
    await shifted({ blue: 100 }, "grow", { faults });
    expect(said).toContain("the servers of blue can't be counted: capacity is unreachable");
    expect(moves()).toEqual([{ blue: 100 }]);
  });
});

test.each([
  [[], "blue has 1 healthy of 2 servers that 100 % of the traffic needs"],
  [
    [{ call: "capacity", nth: 0, times: 1, how: "before" }],
    "the servers of blue can't be counted: capacity is unreachable",
  ],
] as [Fault[], string][])("--force moves the traffic all the same, and says so: %j", async (faults, what) => {
  await shifted({ blue: 100 }, "force", { faults });
  expect(said).toEqual([`${what}. The traffic moves all the same: --force.`]);
  expect(moves()).toEqual([{ blue: 100 }]);
});

test("a track that gets all of it is stable, so that workers and jobs go with it; one that gets a part isn't", async () => {
  world.servers = { blue: 2, green: 2 };
  await shifted({ blue: 50, green: 50 }, "refuse", { stable: "green" });
  expect(acts()).toEqual(["setWeights"]);
  await shifted({ blue: 100 }, "refuse", { stable: "green" });
  expect(acts()).toEqual(["setWeights", "setWeights", "setStable"]);
  expect(said).toEqual(["stable is blue"]);
});

test("a track that the stack hasn't is said", async () => {
  await expect(shifted({ red: 100 }, "grow")).rejects.toThrow("beta has no track red: it has blue, green");
  expect(acts()).toEqual([]);
});

/** Servers that take until a moment to be healthy. */
function setServersAt(at: number, also: () => void = () => undefined): () => boolean {
  const { servers } = world;
  let done = false;
  world.servers = new Proxy(servers, {
    get(target, track: string) {
      if (!done && world.now >= at) {
        done = true;
        also();
        target.blue = 2;
      }
      return target[track];
    },
  });
  return () => done;
}

describe("sessions that a track without weight keeps", () => {
  const NONE = { config: undefined, state: undefined, real: undefined };
  const ALL = { config: "blue", state: "blue", real: "blue" };

  test("go where the weights lead: a person who shifts takes everybody", async () => {
    world.draining = ALL;
    world.servers = { blue: 2, green: 2 };
    await shifted({ blue: 25, green: 75 }, "refuse");
    expect(world.draining).toEqual(NONE);
    world.draining = ALL;
    await shifted({ green: 100 }, "refuse");
    expect(world.draining).toEqual(NONE);
  });

  test("stay when nothing was moved: the config gets them back with its weights", async () => {
    world.draining = ALL;
    world.servers = { blue: 2, green: 2 };
    const life = new Life(world);
    const platform = simulatedPlatform(life);
    const broken = {
      ...platform,
      async setWeights(...to: Parameters<typeof platform.setWeights>) {
        if (to[0].green === 100) return platform.setWeights(...to);
        // As far as an `up` that fails gets.
        world.config = { blue: 100, green: 0 };
        world.draining = { ...ALL, config: undefined };
        throw new Error("the engine broke off");
      },
    };
    const stage = { platform: broken, stack: "beta", settings, say };
    await expect(shift(stage, { blue: 100 }, { lacking: "refuse" }, life.clock)).rejects.toThrow("broke off");
    expect(said).toEqual(["nothing was moved: the config gets its weights back"]);
    expect(world.draining).toEqual(ALL);
  });

  test("are told where the places don't agree on them", async () => {
    world.draining = { ...ALL, real: undefined };
    await expect(shifted({ blue: 100 }, "refuse")).rejects.toThrow(
      "the weights differ: config green 100 (blue keeps its sessions), state green 100 (blue keeps its sessions), balancer green 100.",
    );
  });
});
