import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Plan } from "../../rollout/core/plan.ts";
import { replay } from "../../rollout/core/replay.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { until } from "../../rollout/waiting.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// A candidate may be slow while its servers warm up, on real servers under load; and no longer.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } }, 150);
const WARM_UP = 20;
const plan: Plan = { ...planWith({ half: 24, full: 5 }), warmUpSeconds: WARM_UP };
const SLOW = { latencyMs: 700, latencyRate: 0.2 };

/** When the candidate may have got its first users, in seconds since the epoch: its warm-up counts from then. */
async function begun(): Promise<number> {
  return Math.ceil(replay(await world.entries())!.steps[0]!.from / 1000);
}

it("one that is slow while it warms up is promoted, which it wouldn't be if that were evidence", async () => {
  await orderFaults(world.project, "green", SLOW);
  const { done } = await world.halfway(plan);
  const from = await begun();
  // On a busy machine it takes seconds until they reach it.
  const served = async () =>
    (await world.platform.metrics(from)).seconds.some(({ tracks }) => (tracks.green?.requests ?? 0) > 0);
  expect(await until({ everyMs: 200, withinMs: 10_000 }, served)).toBe(true);
  await sleep(5_000);
  await orderFaults(world.project, "green", {});
  // Else the machine was too busy for this to be a warm-up.
  expect(Date.now() / 1000).toBeLessThan(from + WARM_UP - 2);
  expect((await done).outcome).toBe("promoted");
  const { seconds } = await world.platform.metrics(from - 30);
  const history = { stable: "blue", candidate: "green", steps: [{ weight: 50, from }], baked: false };
  const untilHere = seconds.filter(({ epochSecond }) => epochSecond < from + WARM_UP);
  const unforgiving = judgeOf({ ...plan, warmUpSeconds: 0 })({ ...history, seconds: untilHere });
  expect(unforgiving).toMatchObject({
    outcome: "fail",
    reason: expect.stringMatching(/^(over 500 ms|slower): /),
  });
});

it("one that stays slow goes back once it is warm", async () => {
  await world.anew();
  await orderFaults(world.project, "green", SLOW);
  const { done } = await world.halfway(plan);
  const from = await begun();
  const { outcome, reason } = await done;
  const seconds = Date.now() / 1000 - from;
  await orderFaults(world.project, "green", {});
  expect(outcome).toBe("rolled-back");
  expect(reason).toMatch(/^(over 500 ms|slower|unfinished): /);
  expect(seconds).toBeGreaterThan(WARM_UP);
});
