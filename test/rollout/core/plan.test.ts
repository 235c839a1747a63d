import { expect, test } from "vitest";
import { type PlanSettings, planOf } from "../../../rollout/core/plan.ts";
import { checkWeights, sameWeights, split, weightsText } from "../../../rollout/core/weights.ts";

const settings: PlanSettings = {
  steps: [
    { weight: 10, bake: "5m" },
    { weight: 100, bake: "1h" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
  freeze: [],
};

test("a plan is in seconds, and says how long a gate may wait", () => {
  expect(planOf(settings)).toMatchObject({
    steps: [
      { weight: 10, bakeSeconds: 300, graceSeconds: 600 },
      { weight: 100, bakeSeconds: 3600, graceSeconds: 3600 },
    ],
    gates: { errorRate: 0.01, p95Ms: 500, minRequests: 200 },
    limits: { keepSeconds: 3600 },
  });
});

test.each([
  [{ steps: [{ weight: 10, bake: "5m" }] }, "the last step must be 100"],
  [
    {
      steps: [
        { weight: 100, bake: "5m" },
        { weight: 50, bake: "5m" },
      ],
    },
    "steps must rise in whole percents: 50 comes after 100",
  ],
  [
    { freeze: ["Mon 00:00 - Sun 00:00 UTC", "Sat 00:00 - Tue 00:00 UTC"] },
    "the freeze windows leave no time to act",
  ],
] as [Partial<PlanSettings>, string][])("a plan that can't end is refused: %j", (change, message) => {
  expect(() => planOf({ ...settings, ...change })).toThrow(message);
});

test("weights", () => {
  expect(split("blue", "green", 25)).toEqual({ blue: 75, green: 25 });
  expect(split("blue", "green", 100)).toEqual({ green: 100 });
  expect(sameWeights({ blue: 100 }, { blue: 100, green: 0 })).toBe(true);
  expect(sameWeights({ blue: 100 }, { green: 100 })).toBe(false);
  expect(weightsText({ green: 25, blue: 75, red: 0 })).toBe("blue 75 green 25");
  expect(() => checkWeights({ blue: 90, green: 20 })).toThrow(
    "weights must sum to 100, they sum to 110: blue 90 green 20",
  );
  expect(() => checkWeights({ blue: 99.5, green: 0.5 })).toThrow("whole number");
});
