import { describe, expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { fittingLines } from "../../../rollout/cli/plan/fitting.ts";
import { planText } from "../../../rollout/cli/plan/plan.ts";
import { trafficIn } from "../../../rollout/cli/plan/traffic.ts";
import { rolloutCost } from "../../../rollout/preview/cost/rollout.ts";

const settings = parseSettings("beta", "us-east-1", {
  tier: "beta",
  domain: "beta.example.com",
  tracks: { blue: { weight: 100, servers: 2 }, green: { weight: 0 } },
  stable: "blue",
});

test("a rollout costs the candidate's servers while both tracks have theirs", () => {
  // 30 min, 1 h, 2 h, 24 h, and an hour that the old ones stay: 28.5 h of 2 t3.medium at 0.0416 dollars, and 2 metrics.
  expect(rolloutCost(settings)).toEqual({ servers: 2, hours: 28.5, usd: 2.39 });
});

test("says what is found when, and who decides where the figures don't", () => {
  const step = {
    weight: 10,
    bakeSeconds: 1800,
    mostSeconds: 3600,
    found: [
      { ratio: 2, seconds: 9000 },
      { ratio: 10, seconds: 90 },
    ],
  };
  const text = (passes: number | undefined) =>
    planText("beta", 2, [{ ...step, passes }], rolloutCost(settings)).join("\n");
  expect(text(600)).toContain("10 %: 30 min, 360 requests to the candidate");
  expect(text(600)).toContain("failing x2: found after 2.5 h");
  expect(text(600)).toContain("failing x10: found after 90 s");
  expect(text(600)).toContain("passes after 10 min, within the bake");
  expect(text(600)).not.toContain("a person");
  expect(text(2000)).toContain("a longer bake decides");
  expect(text(3600)).not.toContain("a person");
  expect(text(3601)).toContain("a person, who looks");
  expect(text(undefined)).toContain("a person, who looks");
});

test("rounds what is measured", () => {
  const text = planText("beta", 59.1273, [], { servers: 1, hours: 1.00444, usd: 0.04 }).join("\n");
  expect(text).toContain("beta at 59.1 requests a second");
  expect(text).toContain("about 0.04 dollars: 1 more server for 60 min (");
});

test("says how many sessions a step shows it to, where they are counted", () => {
  const step = { weight: 10, bakeSeconds: 1800, mostSeconds: 3600, found: [], passes: 600 };
  expect(planText("beta", 2, [step], rolloutCost(settings), 0.5).join("\n")).toContain(
    "360 requests of 90 sessions to the candidate",
  );
});

test("says what decides in the first days, without traffic", () => {
  const text = planText("beta", 0, [], rolloutCost(settings)).join("\n");
  expect(text).toContain("Without traffic no gate decides");
  expect(text).toContain("1710 minutes of CI");
});

describe("the traffic that was measured", () => {
  const second = (epochSecond: number, requests: number, errors: number, first = 0) => ({
    epochSecond,
    tracks: {
      blue: { requests, errors, slow: 0, sessions: { first, again: 0, held: 0 } },
      green: { requests: 1, errors: 1, slow: 0 },
    },
  });

  test("is what was asked from the first second that is known", () => {
    const seconds = [second(100, 900, 1, 2), second(199, 300, 2)];
    expect(trafficIn(seconds, 200, "blue")).toEqual({
      requestsPerSecond: 12.02,
      sessionsPerSecond: 0.02,
      badShare: 3 / 1200,
    });
  });

  test("has no share of failures where few asked, and no sessions where none was counted", () => {
    expect(trafficIn([second(100, 500, 5)], 150, "blue")).toEqual({
      requestsPerSecond: 501 / 50,
      sessionsPerSecond: undefined,
      badShare: undefined,
    });
  });

  test("is none where nobody asked", () => {
    expect(trafficIn([], 150, "blue").requestsPerSecond).toBe(0);
  });
});

test("prints steps that decide at this traffic, where the plan's don't", () => {
  const found: [] = [];
  const long = { weight: 10, bakeSeconds: 1800, mostSeconds: 3600, found, passes: 3601 };
  const enough = { weight: 100, bakeSeconds: 5400, mostSeconds: 9000, found, passes: 6000 };
  expect(fittingLines([long, enough])).toEqual([
    "These steps decide at this traffic:",
    "  rollout:plan:",
    "    steps:",
    "      - { weight: 10, bake: 90m }",
    "      - { weight: 100, bake: 90m }",
  ]);
  expect(fittingLines([{ ...long, passes: 7200 }])).toContain("      - { weight: 10, bake: 2h }");
  expect(fittingLines([{ ...enough, bakeSeconds: 45 }])).toContain("      - { weight: 100, bake: 45s }");
  expect(fittingLines([long, { ...enough, passes: undefined }])).toEqual([]);
});
