import { beforeEach, expect, test } from "vitest";
import { lead } from "../../../rollout/cli/rollout/cohorts.ts";
import { stackSettings } from "../../../rollout/config/settings.ts";
import { sampleProject } from "../../support/sample.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { Life, World } from "../../support/simulated-world.ts";

const settings = {
  ...stackSettings(sampleProject(), "beta"),
  cohorts: {
    pilots: { to: "none", path: ["/acme/*"] },
    half: { to: "none", users: { percent: 60 } },
  },
};

let world: World;
beforeEach(() => {
  world = new World();
});

function led(names: string[], to: string, grow = false) {
  const life = new Life(world);
  const here = { platform: simulatedPlatform(life), stack: "beta", settings, say: () => {} };
  return lead(here, names, to, { grow }, life.clock);
}

test("leads them, together or alone, and closes them", async () => {
  await led(["pilots", "half"], "green");
  const both = { pilots: "green", half: "green" };
  expect(world.led).toEqual({ config: both, real: both });
  await led(["half"], "none");
  expect(world.led.real).toEqual({ pilots: "green" });
  expect(world.splits).toHaveLength(1);
});

test.each([
  [[], "green", "name a cohort: it has pilots, half"],
  [["nobody"], "green", "beta has no cohort nobody: it has pilots, half"],
  [["pilots"], "blue", "cohorts are led to a track that isn't stable (green), not to blue"],
  [["pilots"], "red", "cohorts are led to a track that isn't stable (green), not to red"],
] as const)("%j to %s is refused", async (names, to, why) => {
  await expect(led([...names], to)).rejects.toThrow(why);
  expect(world.calls).toEqual([]);
});

test("nobody is led to where the servers are too few, unless more are asked for", async () => {
  world.servers = { blue: 2, green: 1 };
  await led(["pilots"], "green");
  await expect(led(["half"], "green")).rejects.toThrow(
    "green has 1 healthy of 2 servers that 60 % of the traffic needs. Nothing was moved. Add --grow",
  );
  expect(world.led.real).toEqual({ pilots: "green" });
  await led(["half"], "green", true);
  expect(world.led.real).toEqual({ pilots: "green", half: "green" });
});

test("nobody is led to a candidate that a rollout still brings; to close them is allowed", async () => {
  const plan = planFor([{ weight: 100, bake: 10 }]);
  const refusals: string[] = [];
  let asking = Promise.resolve();
  for (const after of [100, 400])
    world.later(after, () => {
      asking = asking.then(() =>
        led(["pilots"], "green").catch((error: Error) => void refusals.push(error.message)),
      );
    });
  world.later(500, () => {
    asking = asking.then(() => led(["pilots"], "none"));
  });
  await play({ world, plan });
  await asking;
  expect(new Set(refusals)).toEqual(
    new Set(["the rollout of green hasn't come to its first step: nobody is led to it before"]),
  );
});
