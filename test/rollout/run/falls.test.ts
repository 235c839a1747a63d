import { describe, expect, test } from "vitest";
import { planOf } from "../../../rollout/core/plan.ts";
import type { MetricSecond, TrackCounts } from "../../../rollout/core/verdict.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";

// A button is gone on the candidate: nobody orders there any more, and nothing fails.

const STEP = 600;
const planWith = (onFail: Record<string, "tell"> = {}) =>
  planOf({
    steps: [
      { weight: 10, bake: "2h" },
      { weight: 100, bake: "1h" },
    ],
    gates: {
      errorRate: { max: 0.01 },
      latency: { p95: "500ms" },
      minRequests: 200,
      counters: { orders: { bad: "OrdersFailed", total: "Orders", max: 0.01, min: 1 } },
      onFail,
    },
    freeze: [],
  });

function judged(plan = planWith(), { held = false, seconds = 400, late = false } = {}) {
  const track = (requests: number, total: number): TrackCounts => ({
    ...{ requests, errors: 0, slow: 0, counters: { orders: { bad: 0, total } } },
    ...(held && { sessions: { first: 1, again: 0, held: requests } }),
  });
  const tracksAt = (second: number): MetricSecond["tracks"] =>
    second < STEP ? { blue: track(100, 2) } : { blue: track(90, 2), green: track(10, 0) };
  const all = Array.from({ length: STEP + seconds }, (_, second) => ({
    epochSecond: second,
    tracks: tracksAt(second),
  }));
  const history = { stable: "blue", candidate: "green", steps: [{ weight: 10, from: STEP }], baked: false };
  return judgeOf(plan)({ ...history, seconds: all, ...(late && { late: { seconds: all, baked: false } }) });
}

describe("orders that nobody makes any more", () => {
  test("send the candidate back, by a sentence that says so", () => {
    const { outcome, reason } = judged();
    expect(outcome).toBe("fail");
    expect(reason).toMatch(/^fewer orders: green: 0 of .*, blue .*; rarer than on stable/);
  });

  test("also where the application's counts come later", () => {
    expect(judged(planWith(), { late: true }).outcome).toBe("fail");
  });

  test("only tell where the plan says so of the counter", () => {
    const { outcome, tells } = judged(planWith({ orders: "tell" }));
    expect([outcome, tells?.gates]).toEqual(["wait", ["fewer orders"]]);
  });

  test("say nothing of visits that have just begun, where browsers stay: not for half an hour", () => {
    expect(judged(planWith(), { held: true, seconds: 1800 }).outcome).toBe("wait");
    expect(judged(planWith(), { held: true, seconds: 2200 }).outcome).toBe("fail");
  });
});
