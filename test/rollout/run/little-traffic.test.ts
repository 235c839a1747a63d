import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { planOf } from "../../../rollout/core/plan.ts";
import { type PlayedStep, secondsToFail, secondsToPass } from "../../../rollout/run/gates/detectable.ts";

// The steps that docs/gates.md has for little traffic, played with their own gates.

const page = readFileSync(new URL("../../../docs/gates.md", import.meta.url), "utf8");
const yaml = /## Little traffic[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page)![1]!;
const plan = planOf({
  ...(parse(yaml) as { "rollout:plan": { steps: { weight: number; bake: "2h"; deadline?: "6h" }[] } })[
    "rollout:plan"
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
  freeze: [],
});
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);

const played = (weight: number, requestsPerSecond: number): PlayedStep => ({
  ...{ plan, weight, requestsPerSecond, badShare: 0.001 },
});

describe.each([1, 3, 7])("at %s requests a second", (rate) => {
  test.each(plan.steps)(
    "$weight % is passed in time by one without a failure, and by one as well as stable",
    (step) => {
      const { weight, bakeSeconds, graceSeconds } = step;
      for (const ratio of [0, 1])
        for (const seed of SEEDS)
          expect(secondsToPass(played(weight, rate), seed, ratio)).toBeLessThan(bakeSeconds + graceSeconds);
    },
  );

  test("one that fails a request in twenty is found before it could pass", () => {
    const { weight, bakeSeconds } = plan.steps[0]!;
    const found = SEEDS.map((seed) => secondsToFail(played(weight, rate), 50, seed)!);
    console.log(
      rate,
      found.toSorted((a, b) => a - b),
    );
    for (const seconds of found) expect(seconds).toBeLessThan(bakeSeconds);
  });
});
