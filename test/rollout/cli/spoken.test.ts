import { expect, test } from "vitest";
import type { StackAtHand } from "../../../rollout/cli/on.ts";
import { spoken } from "../../../rollout/cli/rollout/spoken.ts";
import { run } from "../../../rollout/run/run.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, thresholds } from "../../support/simulated-run.ts";
import { Crash, Life, World } from "../../support/simulated-world.ts";

/** A rollout whose candidate has half of the users, and whose run has died. */
async function halfway(): Promise<{ world: World; here: StackAtHand; said: string[] }> {
  const world = new World();
  const life = new Life(world);
  const plan = planFor([
    { weight: 50, bake: 600 },
    { weight: 100, bake: 600 },
  ]);
  const begin = { rollout: "r1", stable: "blue", candidate: "green", plan };
  const isHalf = () => world.journal.some((entry) => entry.kind === "verified" && entry.weights.green === 50);
  const clock = {
    ...life.clock,
    async sleep(milliseconds: number) {
      if (isHalf()) throw new Crash("killed");
      world.advance(milliseconds);
    },
  };
  const platform = simulatedPlatform(life);
  await expect(run({ platform, judge: thresholds, owner: "test", begin, clock })).rejects.toThrow(Crash);
  world.lockedBy = undefined;
  const said: string[] = [];
  const here = { platform, stack: "beta", say: (line: string) => said.push(line) } as unknown as StackAtHand;
  return { world, here, said };
}

test("the page's rollback on a full disk tells the balancer alone, as the verb does", async () => {
  const { world, here, said } = await halfway();
  expect(world.real).toEqual({ blue: 50, green: 50 });
  world.diskFullUntil = Number.POSITIVE_INFINITY;
  expect(await spoken(here, "rollback")).toMatch(
    /^moved: all traffic is on blue, but journal and config don't say so yet/,
  );
  expect(world.real).toMatchObject({ blue: 100 });
  expect(world.config).toEqual({ blue: 50, green: 50 });
  expect(said.join()).toContain("Nothing can be written");
});

test("any other word that can't be written is no word", async () => {
  const { world, here } = await halfway();
  world.diskFullUntil = Number.POSITIVE_INFINITY;
  await expect(spoken(here, "pause")).rejects.toThrow();
  expect(world.real).toEqual({ blue: 50, green: 50 });
});

test("a word that makes no sense now is refused, full disk or not", async () => {
  const { here } = await halfway();
  await expect(spoken(here, "dance")).rejects.toThrow("There is no such word: dance");
});
