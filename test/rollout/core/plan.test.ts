import { expect, test } from "vitest";
import { LIMITS, type PlanSettings, planOf, planOfFirst } from "../../../rollout/core/plan.ts";

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

test("a plan has all that the settings say", () => {
  const counters = { quotes: { bad: "QuotesFailed", total: "QuotesAsked", max: 0.01, min: 50 } };
  const gates = { falseAlarm: 0.02, miss: 0.1, smallest: 0.005, alarms: false, counters };
  const all: PlanSettings = {
    steps: [{ weight: 100, bake: "20m", deadline: "5m" }],
    gates: { ...settings.gates, ...gates, burnRate: { objective: 99.5 } },
    freeze: ["Fri 16:00 - Mon 08:00 UTC"],
    limits: {
      attempts: 5,
      retry: "1s",
      verify: "2s",
      read: "3s",
      capacity: "4m",
      patience: "5h",
      noData: "6m",
      keep: "7d",
    },
  };
  expect(planOf(all)).toEqual({
    steps: [{ weight: 100, bakeSeconds: 1200, graceSeconds: 300 }],
    gates: { errorRate: 0.01, p95Ms: 500, minRequests: 200, ...gates, objective: 0.995 },
    freeze: [expect.objectContaining({ text: "Fri 16:00 - Mon 08:00 UTC" })],
    limits: {
      attempts: 5,
      retrySeconds: 1,
      verifySeconds: 2,
      readSeconds: 3,
      capacitySeconds: 240,
      patienceSeconds: 18_000,
      noDataSeconds: 360,
      keepSeconds: 604_800,
    },
    warmUpSeconds: 40,
  });
  expect(planOf(all, { attempts: 1 }).limits).toMatchObject({ attempts: 1, retrySeconds: 1 });
  expect(planOf(settings).gates).toEqual({ errorRate: 0.01, p95Ms: 500, minRequests: 200 });
});

// As docs and the config's schema give them: a change of one is a change of what users were told.
test("the limits where the config names none", () => {
  expect(LIMITS).toEqual({
    attempts: 3,
    retrySeconds: 2,
    verifySeconds: 60,
    readSeconds: 60,
    capacitySeconds: 900,
    patienceSeconds: 86_400,
    noDataSeconds: 3_600,
    keepSeconds: 3_600,
  });
});

test.each([
  ["9m", 600],
  ["10m", 600],
  ["11m", 660],
] as const)("a bake of %s may wait %s s for the gates", (bake, graceSeconds) => {
  expect(planOf({ ...settings, steps: [{ weight: 100, bake }] }).steps[0]).toMatchObject({ graceSeconds });
});

test.each([[[100]], [[1, 100]], [[10, 11, 100]]])("steps may rise so: %j", (weights) => {
  expect(() => planOf({ ...settings, steps: weights.map(step) })).not.toThrow();
});

test.each([
  [[0, 100], "0 comes after 0"],
  [[10, 10, 100], "10 comes after 10"],
  [[20, 10, 100], "10 comes after 20"],
  [[12.5, 100], "12.5 comes after 0"],
  [[50, 101], "101 comes after 50"],
])("steps may not rise so: %j", (weights, message) => {
  expect(() => planOf({ ...settings, steps: weights.map(step) })).toThrow(
    `steps must rise in whole percents: ${message}`,
  );
});

test.each([[[]], [[99]]])("nor end so: %j", (weights) => {
  expect(() => planOf({ ...settings, steps: weights.map(step) })).toThrow("the last step must be 100");
});

test("freeze windows that leave no time are all named", () => {
  const freeze = ["Mon 00:00 - Sun 00:00 UTC", "Sat 00:00 - Tue 00:00 UTC"];
  expect(() => planOf({ ...settings, freeze })).toThrow(`no time to act: ${freeze.join(", ")}`);
});

test("a first release takes the last step alone", () => {
  const plan = planOf({ ...settings, steps: [10, 50, 100].map(step) });
  expect(planOfFirst(plan)).toEqual({ ...plan, steps: [plan.steps[2]] });
});

function step(weight: number): PlanSettings["steps"][number] {
  return { weight, bake: "5m" };
}

test.each([
  [undefined, "30m", "24h", { mostSeconds: 3600, idleSeconds: 1800 }],
  [undefined, "30m", "1h", { mostSeconds: 3600, idleSeconds: 1800 }],
  // No rollout lasts longer for what nobody asked for.
  [undefined, "30m", "59m", { mostSeconds: 3540, idleSeconds: 1800 }],
  ["2h", "5m", "10m", { mostSeconds: 7200, idleSeconds: 300 }],
  ["1s", "1s", "10m", { mostSeconds: 1, idleSeconds: 1 }],
  ["0s", "30m", "24h", undefined],
] as const)(
  "sessions drain for %s with %s of idleness and a last bake of %s",
  (drain, idle, bake, expected) => {
    const steps = [
      { weight: 10, bake: "12h" },
      { weight: 100, bake },
    ] as const;
    expect(planOf({ ...settings, steps, sessions: { drain, idle } }).drain).toEqual(expected);
  },
);

test("where there are no sessions nothing drains", () => {
  expect(planOf(settings)).not.toHaveProperty("drain");
  expect(planOf({ ...settings, sessions: undefined })).not.toHaveProperty("drain");
});
