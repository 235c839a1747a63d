import { describe, expect, test } from "vitest";
import type { Way } from "../../../rollout/core/verdict.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { planFor, play } from "../../support/simulated-run.ts";
import { World } from "../../support/simulated-world.ts";

// What answers neither 5xx nor slowly, and is broken all the same: compared with stable, and only with it.

const plan = planFor([
  { weight: 10, bake: 120 },
  { weight: 50, bake: 120 },
  { weight: 100, bake: 60 },
]);

/** @param shareOf the share of a track's requests that go that way; `total` of them are told a second */
async function played(
  way: Way,
  shareOf: (track: string, second: number) => number,
  total = (share: number) => share,
) {
  const on = new World({ seed: 7 });
  on.now += 600_000;
  on.requestsPerSecond = 300;
  const random = seededRandom(3);
  on.ways = (track, second) => {
    const requests = total(Math.round((300 * (on.real[track] ?? 0)) / 100));
    let bad = 0;
    for (let i = 0; i < requests; i += 1) if (random() < shareOf(track, second)) bad += 1;
    return { [way]: { bad, total: requests } };
  };
  return { on, ...(await play({ world: on, plan, judge: judgeOf(plan) })) };
}

describe.each<Way>(["4xx", "3xx", "unfinished", "cut"])("%s", (way) => {
  test("no more than on stable is no reason", async () => {
    for (const share of [0, 0.002, 0.05, 0.3])
      expect((await played(way, () => share)).result.outcome, `${share}`).toBe("promoted");
  });

  test("3 % where stable has none send the candidate back within its first step", async () => {
    const { result, on } = await played(way, (track) => (track === "green" ? 0.03 : 0));
    expect(result).toEqual({
      outcome: "rolled-back",
      reason: expect.stringMatching(new RegExp(`^${way}: `)),
    });
    expect(on.splits.at(-1)!.at - on.splits[1]!.at).toBeLessThan(60_000);
  });

  test("twice as many as on stable send it back at one of the steps", async () => {
    const { result } = await played(way, (track) => (track === "green" ? 0.1 : 0.05));
    expect(result.outcome).toBe("rolled-back");
  });

  test("on both alike, from one moment on, are no reason to go back", async () => {
    const { result } = await played(way, (_, second) => (second % 200 < 100 ? 0.2 : 0));
    expect(result.outcome).toBe("promoted");
  });
});

test("the candidate's smoke tests are asked again at every step", async () => {
  for (const [fails, splits] of [
    [0, ["green 10", "back"]],
    [130_000, ["green 10", "green 50", "back"]],
  ] as const) {
    const on = new World();
    on.now += 600_000;
    on.requestsPerSecond = 300;
    const began = on.now;
    on.serves = (track, now) => track !== "green" || now < began + fails;
    const { result } = await play({ world: on, plan, judge: judgeOf(plan) });
    expect(result.outcome).toBe("rolled-back");
    expect(result.reason).toMatch(/^its smoke tests fail again: database/);
    expect(on.splits).toHaveLength(splits.length + 1);
  }
});

test("one smoke test that fails proves nothing", async () => {
  const on = new World();
  on.now += 600_000;
  on.requestsPerSecond = 300;
  let asked = 0;
  on.serves = () => {
    asked += 1;
    return asked % 2 === 0;
  };
  expect((await play({ world: on, plan, judge: judgeOf(plan) })).result.outcome).toBe("promoted");
});
