import { describe, expect, test } from "vitest";
import { sameWeights, weightsText } from "../../../rollout/core/weights.ts";
import { planFor, play, type Script } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

const plan = planFor([
  { weight: 50, bake: 2 },
  { weight: 100, bake: 2 },
]);
const sick = (world: World) => {
  world.health = (track) => ({ errors: track === "green" && (world.real.green ?? 0) > 50 ? 0.5 : 0 });
};

/** The number of moments at which a whole run can be killed. */
async function pointsOf(prepare: (world: World) => void): Promise<number> {
  const world = new World();
  prepare(world);
  return (await play({ world, plan })).points;
}

async function killedAt(prepare: (world: World) => void, crashes: number[], more: Partial<Script> = {}) {
  const world = new World();
  prepare(world);
  return { world, played: await play({ world, plan, crashes, ...more }) };
}

describe("kill -9 at any moment, then again", () => {
  test("a good rollout ends as if nothing had been", async () => {
    const points = await pointsOf(() => {});
    expect(points).toBeGreaterThan(80);
    for (let at = 0; at < points; at += 1) {
      const { world, played } = await killedAt(() => {}, [at]);
      expect(played.result.outcome, `killed at ${at}`).toBe("promoted");
      expect(weightsText(world.real)).toBe("green 100");
      expect(sameWeights(world.config, world.real)).toBe(true);
      expect(world.stable).toBe("green");
      expect(world.backups).toEqual(["before-r1"]);
      expect(world.migrations).toEqual(["green"]);
      // Weights never go back and forth: what was reached is read, not done again.
      expect(world.splits.map(({ weights }) => weightsText(weights))).toEqual([
        "blue 100",
        "blue 50 green 50",
        "green 100",
      ]);
    }
  });

  test("a rollback ends as if nothing had been", async () => {
    const points = await pointsOf(sick);
    for (let at = 0; at < points; at += 1) {
      const { world, played } = await killedAt(sick, [at]);
      expect(played.result.outcome, `killed at ${at}`).toBe("rolled-back");
      expect(weightsText(world.real)).toBe("blue 100");
      expect(sameWeights(world.config, world.real)).toBe(true);
    }
  });

  test("what is done isn't done again", async () => {
    const points = await pointsOf(() => {});
    for (let at = 0; at < points; at += 1) {
      const { world } = await killedAt(() => {}, [at]);
      for (const act of ["backup", "migrate", "deploy", "weights", "stable", "drain"]) {
        const intents = world.journal.filter((entry) => entry.kind === "intent" && entry.act.do === act);
        const done = world.journal.filter(
          (entry) =>
            entry.kind === "done" &&
            intents.some((intent) => intent.kind === "intent" && intent.id === entry.id),
        );
        expect(done.length, `${act}, killed at ${at}`).toBeLessThanOrEqual(act === "weights" ? 2 : 1);
      }
    }
  });

  test("killed time and again it still gets there", async () => {
    const { played } = await killedAt(
      () => {},
      Array.from({ length: 40 }, (_, i) => 3 + (i % 9)),
    );
    expect(played.result.outcome).toBe("promoted");
  });

  test("a notice that died with its writer is sent", async () => {
    const points = await pointsOf(sick);
    for (let at = 0; at < points; at += 1) {
      const { world, played } = await killedAt(sick, [at]);
      const told = played.told.map(({ entry }) => entry.kind);
      for (const kind of ["rollback", "ended"] as const) {
        expect(world.journal.some((entry) => entry.kind === kind)).toBe(true);
        expect(told, `killed at ${at}`).toContain(kind);
      }
    }
  });
});
