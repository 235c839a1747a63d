import { describe, expect, test } from "vitest";
import { carriedUsers } from "../../../rollout/load/carried.ts";
import { verdictsOf } from "../../../rollout/load/judge.ts";
import { readProfile } from "../../../rollout/load/profile/read.ts";
import type { Second } from "../../../rollout/load/result.ts";

const second = (users: number, due: number, latencies: number[]): Second => ({ users, due, latencies });
const times = (count: number, value: number) => Array.from({ length: count }, () => value);
const { thresholds } = readProfile("100");

function levels(name: string, timeline: Second[], carried = 100) {
  return Object.fromEntries(
    verdictsOf(readProfile(name), timeline, carried).map(({ threshold, level }) => [threshold, level]),
  );
}

describe("the thresholds", () => {
  test.each([
    [1999, "target"],
    [2000, "acceptable"],
    [4999, "acceptable"],
    [5000, "below"],
    [10_000, "below"],
    [10_001, "critical"],
  ])("a response of %i ms is %s", (ms, level) => {
    expect(levels("100", [second(100, 100, times(100, ms))]).response).toBe(level);
  });

  test.each([
    [96, "target"],
    [95, "acceptable"],
    [91, "acceptable"],
    [90, "below"],
    [85, "below"],
    [84, "critical"],
    [0, "critical"],
  ])("a success of %i %% is %s", (right, level) => {
    expect(levels("100", [second(100, 100, times(right, 10))]).success).toBe(level);
  });

  test.each([
    ["100", 100, "target"],
    ["1000", 50, "acceptable"],
    ["1000", 49, "below"],
    ["1000", 25, "below"],
    ["1000", 24, "critical"],
    ["10", 10, "untested"],
    ["10", 9, "critical"],
  ])("of profile %s %i users served at once are %s", (name, carried, level) => {
    expect(levels(name, [second(100, 1, [1])], carried).users).toBe(level);
  });

  test("judge the 95th percentile of the right answers, and none at all as critical", () => {
    expect(levels("100", [second(1, 100, [...times(95, 10), ...times(5, 20_000)])]).response).toBe("target");
    expect(levels("100", [second(1, 100, [...times(94, 10), ...times(6, 20_000)])]).response).toBe(
      "critical",
    );
    expect(levels("100", [second(1, 100, [])]).response).toBe("critical");
    expect(levels("100", [])).toMatchObject({ response: "critical", success: "critical" });
  });
});

describe("users served at once", () => {
  const ramp = (break_: number) =>
    Array.from({ length: 60 }, (_, n) => {
      const users = Math.min(100, n * 2);
      return second(users, 10, users >= break_ ? [] : times(10, 50));
    });
  test("are all that came when every stretch holds", () => {
    expect(carriedUsers(ramp(1000), thresholds)).toBe(100);
  });
  test("are those before the first level that broke, whatever held later", () => {
    const broken = [...ramp(60), ...ramp(1000)];
    expect(carriedUsers(broken, thresholds)).toBeGreaterThanOrEqual(50);
    expect(carriedUsers(broken, thresholds)).toBeLessThan(60);
  });
  test("are none when nothing holds, or nobody came", () => {
    expect(carriedUsers(ramp(0), thresholds)).toBe(0);
    expect(carriedUsers([], thresholds)).toBe(0);
  });
});
