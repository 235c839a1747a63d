import { describe, expect, test } from "vitest";
import { parseFreeze } from "../../../infra/settings/freeze.ts";
import type { Judge } from "../../../rollout/core/verdict.ts";
import { sameWeights, shareOf, weightsText } from "../../../rollout/core/weights.ts";
import { Held } from "../../../rollout/platforms/held.ts";
import { give } from "../../../rollout/run/command.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, play, thresholds } from "../../support/simulated-run.ts";
import { Life, World } from "../../support/simulated-world.ts";

const plan = planFor([
  { weight: 10, bake: 10 },
  { weight: 100, bake: 10 },
]);
const splits = (world: World) => world.splits.map(({ weights }) => weightsText(weights));
const hand = (world: World) => simulatedPlatform(new Life(world));
const kinds = (world: World) => world.journal.map(({ kind }) => kind);

describe("a person's word", () => {
  test("pause holds, resume goes on", async () => {
    const world = new World();
    const commands = [
      { after: 3, command: "pause" as const },
      { after: 20, command: "resume" as const },
    ];
    const { result } = await play({ world, plan, commands });
    expect(result.outcome).toBe("promoted");
    const [, first, second] = world.splits;
    expect(second!.at - first!.at).toBeGreaterThan(16_000);
  });

  test("promote skips the rest of a bake, and the journal says so", async () => {
    const world = new World();
    await play({
      world,
      plan: planFor([
        { weight: 10, bake: 3600 },
        { weight: 100, bake: 1 },
      ]),
      commands: [{ after: 5, command: "promote" }],
    });
    expect(world.journal.find(({ kind }) => kind === "passed")).toMatchObject({ step: 0, skipped: true });
    expect(world.splits[2]!.at - world.splits[1]!.at).toBeLessThan(7_000);
  });

  test("rollback goes back, also while the old servers are kept", async () => {
    for (const after of [5, 27]) {
      const world = new World();
      const { result } = await play({
        world,
        plan: { ...plan, limits: { ...plan.limits, keepSeconds: 60 } },
        commands: [{ after, command: "rollback" }],
      });
      expect(result).toEqual({ outcome: "rolled-back", reason: "ana asked" });
      expect(splits(world).at(-1)).toBe("blue 100");
      expect(world.stable).toBe("blue");
      expect(world.drained).toEqual(["green"]);
    }
  });

  test("that makes no sense is refused", async () => {
    const world = new World();
    await expect(give(hand(world), new Life(world).clock, "pause", "ana")).rejects.toThrow(
      "No rollout is under way.",
    );
    await play({ world, plan });
    await expect(give(hand(world), new Life(world).clock, "rollback", "ana")).rejects.toThrow(
      "rollback: the rollout is over",
    );
  });
});

test("a second controller is refused and told who runs", async () => {
  const world = new World();
  world.lockedBy = "ana on laptop";
  await expect(play({ world, plan })).rejects.toThrow(Held);
  await expect(play({ world, plan })).rejects.toThrow("is run by ana on laptop");
  expect(world.journal).toEqual([]);
});

test("a controller whose journal another one writes gives up", async () => {
  const world = new World();
  world.health = () => {
    if (kinds(world).at(-1) === "verified")
      world.journal.push({ kind: "released", at: world.now, by: "another" });
    return { errors: 0 };
  };
  await expect(play({ world, plan })).rejects.toThrow(
    "Another controller (another) has taken over this rollout.",
  );
});

test("a bake takes its time whatever the gates say", async () => {
  const world = new World();
  await play({ world, plan, judge: () => ({ outcome: "pass", reason: "always" }) });
  expect(world.splits[2]!.at - world.splits[1]!.at).toBeGreaterThanOrEqual(10_000);
});

describe("drift", () => {
  const drifting = async () => {
    const world = new World();
    let moved = false;
    world.health = (track) => {
      if (!moved && track === "green") {
        moved = true;
        world.move({ blue: 60, green: 40 });
      }
      return { errors: 0 };
    };
    const { result } = await play({ world, plan });
    return { world, result };
  };

  test("stops before the next act, and shows the difference", async () => {
    const { world, result } = await drifting();
    expect(result).toEqual({
      outcome: "stopped",
      reason:
        "the weights differ: config blue 90 green 10, state blue 90 green 10, balancer blue 60 green 40, the rollout left blue 90 green 10",
    });
    expect(weightsText(world.real)).toBe("blue 60 green 40");
    // And again, as long as nobody has settled it.
    const calls = world.calls.length;
    expect((await play({ world, plan })).result.outcome).toBe("stopped");
    expect(world.calls).toHaveLength(calls);
  });

  test("leaves nobody unwatched: a candidate that gets sick before a person has answered goes back", async () => {
    const world = new World();
    const movedAt = world.now + 600_000;
    let sickAt = Number.POSITIVE_INFINITY;
    world.health = (track) => {
      if (track === "green" && world.now >= movedAt && sameWeights(world.real, { blue: 90, green: 10 }))
        world.move({ blue: 60, green: 40 });
      if (world.journal.some(({ kind }) => kind === "stopped")) sickAt = Math.min(sickAt, world.now + 5_000);
      return { errors: track === "green" && world.now >= sickAt ? 0.5 : 0 };
    };
    const long = planFor([
      { weight: 10, bake: 86_400 },
      { weight: 100, bake: 10 },
    ]);
    const { result } = await play({ world, plan: long });
    expect(result.outcome).toBe("rolled-back");
    expect(splits(world)).toEqual(["blue 100", "blue 90 green 10", "blue 60 green 40", "blue 100"]);
    expect(world.splits.at(-1)!.at - sickAt).toBeLessThan(12_000);
  });

  test("a word is heard while it watches on", async () => {
    const world = new World();
    const movedAt = world.now + 30_000;
    world.health = () => {
      if (world.now >= movedAt && !world.journal.some(({ kind }) => kind === "stopped"))
        if (sameWeights(world.real, { blue: 90, green: 10 })) world.move({ blue: 60, green: 40 });
      return { errors: 0 };
    };
    const steps = planFor([
      { weight: 10, bake: 100 },
      { weight: 100, bake: 10 },
    ]);
    const long = { ...steps, limits: { ...steps.limits, patienceSeconds: 600 } };
    const { result } = await play({ world, plan: long, commands: [{ after: 100, command: "resume" }] });
    expect(result.outcome).toBe("stopped");
    expect(world.journal.filter(({ kind }) => kind === "stopped")).toHaveLength(2);
  });

  test("restore puts back what the rollout left; the step bakes anew", async () => {
    const { world } = await drifting();
    await give(hand(world), new Life(world).clock, "restore", "ana");
    expect((await play({ world, plan })).result.outcome).toBe("promoted");
    expect(splits(world)).toEqual([
      "blue 100",
      "blue 90 green 10",
      "blue 60 green 40",
      "blue 90 green 10",
      "green 100",
    ]);
  });

  test("adopt writes the balancer's weights into the config", async () => {
    const { world } = await drifting();
    await give(hand(world), new Life(world).clock, "adopt", "ana");
    expect((await play({ world, plan })).result.outcome).toBe("promoted");
    expect(splits(world)).toEqual(["blue 100", "blue 90 green 10", "blue 60 green 40", "green 100"]);
    expect(world.journal.filter((entry) => entry.kind === "verified")).toContainEqual(
      expect.objectContaining({ weights: { blue: 60, green: 40 } }),
    );
  });

  test("in a long bake it isn't left for its end", async () => {
    const world = new World();
    const started = world.now;
    const movedAt = started + 600_000;
    world.health = () => {
      if (world.now >= movedAt && shareOf(world.real, "green") === 10) world.move({ blue: 100, green: 0 });
      return { errors: 0 };
    };
    const long = planFor([
      { weight: 10, bake: 86_400 },
      { weight: 100, bake: 10 },
    ]);
    const { result } = await play({ world, plan: long });
    expect(result).toEqual({
      outcome: "stopped",
      reason:
        "the weights differ: config blue 90 green 10, state blue 90 green 10, balancer blue 100, the rollout left blue 90 green 10",
    });
    const stoppedAt = world.journal.findLast(({ kind }) => kind === "stopped")?.at ?? 0;
    expect(stoppedAt - movedAt).toBeLessThan(35_000);
    // It watches on for as long as a pause may last.
    expect(world.now - stoppedAt).toBeGreaterThanOrEqual(20_000);
    expect(splits(world).at(-1)).toBe("blue 100");
  });

  test("before the first act, too: nothing is done", async () => {
    const world = new World();
    world.config = { blue: 80, green: 20 };
    expect((await play({ world, plan })).result.reason).toContain("the weights differ");
    expect(world.calls).toEqual([]);
  });
});

describe("a freeze", () => {
  test("holds the next step until it is over", async () => {
    const world = new World({ now: Date.UTC(2026, 10, 20, 15, 59, 55) });
    const frozen = { ...plan, freeze: [parseFreeze("Fri 16:00 - Fri 16:30 UTC")] };
    const { result } = await play({ world, plan: frozen });
    expect(result.outcome).toBe("promoted");
    expect(new Date(world.splits[2]!.at).toISOString()).toMatch(/^2026-11-20T16:30:0/);
    expect(kinds(world).filter((kind) => kind === "frozen")).toHaveLength(1);
  });

  test("doesn't leave a step half-way that was interrupted", async () => {
    const start = Date.UTC(2026, 10, 20, 16);
    for (let early = 20; early <= 400; early += 20) {
      for (let at = 20; at < 50; at += 1) {
        const world = new World({ now: start - early });
        const torn: string[] = [];
        const judge: Judge = (history) => {
          const late = world.now > start + 3_000 && world.now < start + 300_000;
          if (late && !sameWeights(world.config, world.real))
            torn.push(`${early} ms before, killed at ${at}`);
          return thresholds(history);
        };
        await play({
          world,
          plan: { ...plan, freeze: [parseFreeze("Fri 16:00 - Fri 16:05 UTC")] },
          crashes: [at],
          judge,
        });
        expect(torn).toEqual([]);
      }
    }
  });

  test("doesn't hold a rollback", async () => {
    const world = new World({ now: Date.UTC(2026, 10, 20, 15, 59, 50) });
    const began = world.now / 1000;
    world.health = (track, second) => ({ errors: track === "green" && second > began + 20 ? 0.5 : 0 });
    await play({ world, plan: { ...plan, freeze: [parseFreeze("Fri 16:00 - Mon 08:00 UTC")] } });
    expect(new Date(world.splits.at(-1)!.at).toISOString()).toMatch(/^2026-11-20T16:00:1/);
  });
});

describe("the first release of a stack", () => {
  const first = { plan, candidate: "blue", stable: "blue" };

  test("passes smoke tests and gates, in one step", async () => {
    const world = new World();
    const { result } = await play({ world, ...first });
    expect(result.outcome).toBe("promoted");
    expect(world.calls.map(({ call }) => call)).toEqual([
      "backup",
      "migrate",
      "deploy",
      "smoke",
      "setStable",
    ]);
    expect(kinds(world).filter((kind) => kind === "passed")).toHaveLength(1);
    await expect(play({ world, ...first, rollout: "r2" })).rejects.toThrow("blue is the stable track");
  });

  test("has nothing to go back to: it stops and pages, and may begin anew", async () => {
    const world = new World();
    world.health = () => ({ errors: 0.2 });
    expect((await play({ world, ...first })).result).toEqual({
      outcome: "stopped",
      reason: expect.stringContaining("nothing to go back to"),
    });
    world.health = () => ({ errors: 0 });
    expect((await play({ world, ...first })).result.outcome).toBe("promoted");
  });
});
