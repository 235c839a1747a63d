import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { criterionOf, judgeCriterion, type Measured } from "../../../rollout/phases/criterion.ts";
import { judgePhase } from "../../../rollout/phases/judge.ts";
import { parsePhases } from "../../../rollout/phases/parse.ts";
import { launchScore } from "../../../rollout/phases/score.ts";
import { phaseText, refusalText, scoreText } from "../../../rollout/phases/text.ts";

const metrics = (values: Record<string, Measured>) => new Map(Object.entries(values));

describe("a criterion", () => {
  test.each([
    ["users >= 300", 300, "GO", "users is 300, to go it must be >= 300"],
    ["users >= 300", 299, "NO-GO", "users is 299, to go it must be >= 300"],
    ["users > 300", 300, "NO-GO", "users is 300, to go it must be > 300"],
    ["errors < 0.5", 0.5, "NO-GO", "errors is 0.5, to go it must be < 0.5"],
    ["errors <= 0.5", 0.5, "GO", "errors is 0.5, to go it must be <= 0.5"],
    ["bugs == 0", 0, "GO", "bugs is 0, to go it must be == 0"],
    ["bugs != 0", 0, "NO-GO", "bugs is 0, to go it must be != 0"],
    ["audit == true", false, "NO-GO", "audit is false, to go it must be == true"],
    ["audit == true", 1, "unknown", "audit is 1, it must be true or false"],
    ["bugs == 0", false, "unknown", "bugs is false, it must be a number"],
    ["bugs == 0", undefined, "unknown", "bugs is not among the metrics"],
  ] as const)("%s with %s is %s", (text, measured, outcome, why) => {
    const criterion = criterionOf(text)!;
    const supplied = metrics(measured === undefined ? {} : { [criterion.metric]: measured });
    expect(judgeCriterion(criterion, "go", supplied)).toEqual({
      ...criterion,
      role: "go",
      measured: measured ?? null,
      outcome,
      why,
    });
  });

  test.each([
    [79, "NO-GO", "success is 79, no-go is < 80"],
    [80, "GO", "success is 80, no-go is < 80"],
    [undefined, "unknown", "success is not among the metrics"],
  ] as const)("that stops: success < 80 with %s is %s", (success, outcome, why) => {
    const supplied = metrics(success === undefined ? {} : { success });
    expect(judgeCriterion(criterionOf("success < 80")!, "no-go", supplied)).toMatchObject({ outcome, why });
  });
});

describe("a phase", () => {
  const phases = parsePhases(
    "phases.yaml",
    `
checkpoints:
  post-alpha: { day: 10, go: [success_percent >= 90], noGo: [success_percent < 80, data_loss == true] }
phases:
  closed-beta:
    description: The extended pilot
    stack: beta
    cohort: { tenants: [acme, zeta], cookie: rollout-track=green }
    checkpoint: post-alpha
    entry: [bugs == 0]
  full:
    description: Everybody
    cohort: { everybody: true }
    entry: [launch_score >= 7]
`,
  );
  const judge = (values: Record<string, Measured>) => judgePhase(phases, "closed-beta", metrics(values));
  const GOOD = { bugs: 0, success_percent: 95, data_loss: false };

  test.each<[Record<string, Measured>, string]>([
    [GOOD, "GO"],
    [{ ...GOOD, success_percent: 85 }, "NO-GO"],
    [{ ...GOOD, data_loss: true }, "NO-GO"],
    [{ ...GOOD, bugs: 1 }, "NO-GO"],
    [{ bugs: 0, success_percent: 95 }, "unknown"],
    [{ bugs: 1 }, "NO-GO"],
    [{}, "unknown"],
  ])("with %j is %s", (values, outcome) => expect(judge(values).outcome).toBe(outcome));

  test("shows each criterion with its figure and what was measured", () => {
    expect(phaseText(judge({ bugs: 0, success_percent: 75 }))).toBe(
      [
        "closed-beta: NO-GO",
        "  The extended pilot",
        "  for tenants acme, zeta; who sends the cookie rollout-track=green, on beta",
        "  checkpoint post-alpha, day 10",
        "  GO       bugs is 0, to go it must be == 0",
        "  NO-GO    success_percent is 75, to go it must be >= 90 (post-alpha)",
        "  NO-GO    success_percent is 75, no-go is < 80 (post-alpha)",
        "  unknown  data_loss is not among the metrics (post-alpha)",
      ].join("\n"),
    );
  });

  test("that is refused shows what stands in the way", () => {
    expect(refusalText(judge({ bugs: 0, success_percent: 95 }))).toBe(
      "closed-beta is not entered: it is unknown, not GO\n  unknown  data_loss is not among the metrics (post-alpha)",
    );
  });

  test("may ask for the launch score", () => {
    const parts = { product_quality: 7, market_readiness: 7, team_readiness: 7 };
    const full = (values: Record<string, Measured>) => judgePhase(phases, "full", metrics(values));
    expect(full({ ...parts, business_fundamentals: 7 })).toMatchObject({
      outcome: "GO",
      criteria: [{ measured: 7, why: "launch_score is 7, to go it must be >= 7" }],
    });
    expect(full(parts)).toMatchObject({
      outcome: "unknown",
      criteria: [{ why: "launch_score can't be worked out: missing: business_fundamentals" }],
    });
  });

  const figure = fc.oneof(fc.double({ noNaN: true }), fc.boolean());
  const supplied = fc.record(
    { bugs: figure, success_percent: figure, data_loss: figure },
    { requiredKeys: [] },
  );
  test("is never GO when a metric is missing, and another metric never changes it", () => {
    fc.assert(
      fc.property(supplied, (values) => {
        const { outcome } = judge(values as Record<string, Measured>);
        if (Object.keys(values).length < 3) expect(outcome).not.toBe("GO");
        expect(judge({ ...(values as Record<string, Measured>), other: 1 }).outcome).toBe(outcome);
      }),
    );
  });
});

describe("the launch score", () => {
  const scored = (product: number, market: number, team: number, business: number) =>
    launchScore(
      metrics({
        product_quality: product,
        market_readiness: market,
        team_readiness: team,
        business_fundamentals: business,
      }),
    );

  test.each([
    [10, 10, 10, 10, 10, "go", "10 is at least 8"],
    [8, 8, 8, 8, 8, "go", "8 is at least 8"],
    // Summed as 0.4 x 7.7 + 0.3 x 8.2 + ..., binary fractions fall short of 8.
    [7.7, 8.2, 8.2, 8.2, 8, "go", "8 is at least 8"],
    [8, 8, 8, 7.9, 7.99, "go with caution", "7.99 is below 8, at least 7"],
    [7, 7, 7, 7, 7, "go with caution", "7 is below 8, at least 7"],
    [10, 5, 5, 9, 7.4, "go with caution", "7.4 is below 8, at least 7"],
    [7, 7, 7, 6.9, 6.99, "delay", "6.99 is below 7"],
    [0, 0, 0, 0, 0, "delay", "0 is below 7"],
  ])("of %d, %d, %d, %d is %d: %s", (product, market, team, business, score, verdict, why) => {
    expect(scored(product, market, team, business)).toMatchObject({ score, verdict, why });
  });

  test("is unknown when a part is missing, and says which", () => {
    expect(launchScore(metrics({ product_quality: 9, team_readiness: 9 }))).toMatchObject({
      verdict: "unknown",
      score: null,
      why: "missing: market_readiness, business_fundamentals",
    });
  });

  test("shows each part beside what is hoped for", () => {
    expect(scoreText(scored(8.5, 7.5, 8, 7))).toBe(
      [
        "go with caution: 7.95 is below 8, at least 7",
        "  0.4 x  product_quality is 8.5, at least 8.5",
        "  0.3 x  market_readiness is 7.5, below 8",
        "  0.2 x  team_readiness is 8, at least 8",
        "  0.1 x  business_fundamentals is 7, below 7.5",
      ].join("\n"),
    );
  });

  test("never falls when a part rises", () => {
    const part = fc.double({ min: 0, max: 10, noNaN: true });
    fc.assert(
      fc.property(part, part, part, part, part, (a, b, c, d, e) => {
        const [low, high] = a < e ? [a, e] : [e, a];
        expect(scored(high, b, c, d).score).toBeGreaterThanOrEqual(scored(low, b, c, d).score!);
      }),
    );
  });
});
