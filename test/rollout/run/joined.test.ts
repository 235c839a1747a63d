import { describe, expect, test } from "vitest";
import { planOf } from "../../../rollout/core/plan.ts";
import type { MetricSecond } from "../../../rollout/core/verdict.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { type Random, seededRandom } from "../../../rollout/load/random.ts";
import type { Indicator } from "../../../rollout/run/gates/indicator.ts";
import { convictJoined, sendingBack } from "../../../rollout/run/gates/joined.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";
import { badOf } from "../analysis/streams.ts";

// Several gates that each have seen a little have seen enough together.

function convicted(values: Record<string, number>, onFail?: Record<string, "tell">) {
  const told: [string, readonly string[]][] = [];
  const indicators = Object.entries(values).map(
    ([name, value]) =>
      ({
        name,
        part: 0.002,
        evidence: () => value,
        convict: (others) => told.push([name, others]),
      }) as Pick<Indicator, "name" | "part" | "evidence" | "convict"> as Indicator,
  );
  convictJoined(sendingBack(indicators, onFail));
  return told;
}

describe("gates together", () => {
  test.each<[string, Record<string, number>, [string, string[]][]]>([
    [
      "fail the strongest when their evidence is enough",
      { errors: 200, "over 500 ms": 300 },
      [["over 500 ms", ["errors"]]],
    ],
    ["fail none with a little less", { errors: 200, "over 500 ms": 299 }, []],
    ["are enough where one alone is", { errors: 500, cut: 0 }, [["errors", []]]],
    ["name who brings a tenth of all", { errors: 450, cut: 50 }, [["errors", ["cut"]]]],
    ["name nobody who brings less", { errors: 451, cut: 49 }, [["errors", []]]],
    ["fail none when there is none", {}, []],
  ])("%s", (_, values, told) => {
    expect(convicted(values)).toEqual(told);
  });

  test("leave out those that only tell", () => {
    expect(convicted({ errors: 400, "over 500 ms": 400 }, { latency: "tell" })).toEqual([]);
    expect(convicted({ errors: 500, "over 500 ms": 400 }, { latency: "tell" })).toEqual([["errors", []]]);
  });
});

const plan = planOf({
  steps: [
    { weight: 25, bake: "10m" },
    { weight: 100, bake: "1m" },
  ],
  gates: {
    errorRate: { max: 0.05 },
    latency: { p95: "500ms" },
    minRequests: 200,
    burnRate: { objective: 95 },
  },
  freeze: [],
});

function second(random: Random, index: number, worse: number): MetricSecond {
  const track = (requests: number, times: number) => ({
    ...{
      requests,
      errors: badOf(random, requests, 0.01 * times),
      slow: badOf(random, requests, 0.02 * times),
    },
    ways: { "4xx": { total: requests, bad: badOf(random, requests, 0.02 * times) } },
  });
  const tracks: MetricSecond["tracks"] =
    index < 900 ? { blue: track(20, 1) } : { blue: track(15, 1), green: track(5, worse) };
  return { epochSecond: index, tracks };
}

/** @returns the seconds until the candidate is to go back; undefined: it isn't in ten minutes */
function found(seed: number, worse: number): { at: number; reason: string } | undefined {
  const random = seededRandom(seed);
  const judge = judgeOf(plan);
  const seconds: MetricSecond[] = [];
  const history = { stable: "blue", candidate: "green", seconds, baked: false };
  for (let index = 0; index < 1500; index++) {
    seconds.push(second(random, index, worse));
    if (index < 900 || (index % 10 !== 9 && worse > 1)) continue;
    if (worse === 1 && index < 1499) continue;
    const { outcome, reason } = judge({ ...history, steps: [{ weight: 25, from: 900 }] });
    if (outcome === "fail") return { at: index - 900, reason };
  }
  return undefined;
}

test("what is a little worse in all ways is found by all of them", () => {
  const all = Array.from({ length: 12 }, (_, seed) => found(seed + 1, 3));
  const joined = all.filter((each) => each?.reason.includes("and so says"));
  expect(all.filter((each) => each !== undefined).length).toBeGreaterThan(8);
  expect(joined.length).toBeGreaterThan(2);
});

test("a candidate as well as stable isn't sent back more often than is promised", () => {
  const days = 100;
  const failed = Array.from({ length: days }, (_, seed) => found(1000 + seed, 1)).filter(Boolean).length;
  expect(failed).toBeLessThanOrEqual(binomialBounds(days, 0.01, 0.998).high);
});
