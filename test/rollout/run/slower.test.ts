import { describe, expect, test } from "vitest";
import type { Times } from "../../../rollout/analysis/latency/times.ts";
import type { OnFail } from "../../../rollout/core/plan.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import type { MetricSecond, TrackCounts } from "../../../rollout/core/verdict.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";

// Answers take longer on the candidate, and none of them more than the limit: or as many as stable's, and much more.

const STEP = 600;
const QUICK: Times = { 56: 5, 80: 4, 110: 1 };
const planWith = (onFail: Record<string, OnFail> = {}) =>
  planOf({
    steps: [
      { weight: 10, bake: "2h" },
      { weight: 100, bake: "1h" },
    ],
    gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200, onFail },
    freeze: [],
  });

interface Day {
  candidate: Times;
  /** When the candidate's server answers its first request, in seconds since the step began. */
  began?: number;
  warmUpSeconds?: number;
  seconds?: number;
  onFail?: Record<string, OnFail>;
}

function judged({ candidate, began = 0, warmUpSeconds = 0, seconds = 300, onFail }: Day) {
  const track = (times: Times, tenfold: number, server?: string): TrackCounts => {
    const all = Object.fromEntries(Object.entries(times).map(([edge, count]) => [edge, tenfold * count]));
    const own = { began: STEP + began, requests: 10 * tenfold, slow: 0, times: all };
    return {
      ...{ requests: 10 * tenfold, errors: 0, slow: 0, times: all },
      ...(server !== undefined && { servers: { [server]: own } }),
    };
  };
  const tracksAt = (second: number): MetricSecond["tracks"] =>
    second < STEP
      ? { blue: track(QUICK, 10) }
      : { blue: track(QUICK, 9), green: track(candidate, 1, "green-1") };
  const all = Array.from({ length: STEP + seconds }, (_, epochSecond) => ({
    epochSecond,
    tracks: tracksAt(epochSecond),
  }));
  const history = { stable: "blue", candidate: "green", steps: [{ weight: 10, from: STEP }], baked: false };
  return judgeOf({ ...planWith(onFail), warmUpSeconds })({ ...history, seconds: all });
}

describe("a candidate whose median doubles far below the limit", () => {
  const candidate: Times = { 110: 5, 160: 4, 220: 1 };

  test("goes back, by a sentence that says so", () => {
    const { outcome, reason } = judged({ candidate });
    expect(outcome).toBe("fail");
    expect(reason).toMatch(
      /^slower: green: [\d.]+ % of answers over \d+ ms \([\d,]+ of [\d,]+\), blue [\d.]+ % \([\d,]+ of [\d,]+\); over 1\.4 times as slow as stable/,
    );
  });

  test("only tells where the plan says so", () => {
    const { outcome, tells } = judged({ candidate, onFail: { slower: "tell" } });
    expect([outcome, tells?.gates]).toEqual(["wait", ["slower"]]);
  });

  test("stays while its server warms up, and goes back after it", () => {
    expect(judged({ candidate, warmUpSeconds: 600, seconds: 300 }).outcome).toBe("wait");
    expect(judged({ candidate, warmUpSeconds: 60, seconds: 360 }).outcome).toBe("fail");
  });
});

test("one that is as quick as stable passes nothing and fails nothing by it", () => {
  const { outcome, evidence } = judged({ candidate: QUICK });
  expect(outcome).toBe("wait");
  expect(evidence).toContainEqual(
    expect.objectContaining({ name: "slower", outcome: "pass", reason: "slower: as with stable", toPass: 1 }),
  );
});

test("one whose answers take a third longer stays", () => {
  expect(judged({ candidate: { 80: 5, 110: 4, 160: 1 } }).outcome).toBe("wait");
});
