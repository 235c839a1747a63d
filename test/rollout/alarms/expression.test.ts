import { describe, expect, test } from "vitest";
import { parseExpression, resultOf } from "../../../rollout/alarms/expression.ts";

function result(text: string, metrics: Record<string, number> = {}): number | undefined {
  return resultOf(parseExpression(text), (id) => metrics[id]);
}

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["8 - 2 - 1", 5],
  ["8 / 2 / 2", 2],
  ["-2 + 3", 1],
  ["2 >= 2 AND 3 < 2 OR 1", 1],
  ["1 == 2 || 0", 0],
])("%s is %s", (text, value) => {
  expect(result(text)).toBe(value);
});

describe("where data is missing", () => {
  const share = "IF(whole >= 20, 100 * FILL(part, 0) / whole, 0)";

  test.each([
    ["a part of enough", { whole: 40, part: 2 }, 5],
    ["no part is a part of 0", { whole: 40 }, 0],
    ["too small a whole says nothing", { whole: 19, part: 19 }, 0],
    ["no whole is no point", { part: 5 }, undefined],
  ])("%s", (_name, metrics, value) => {
    expect(result(share, metrics)).toBe(value);
  });

  test("an operation needs both sides, and a division by 0 has no point", () => {
    expect(result("a + b", { a: 1 })).toBeUndefined();
    expect(result("a / b", { a: 1, b: 0 })).toBeUndefined();
  });
});

test.each([
  ["SUM(METRICS())", "the function SUM isn't played here"],
  ["ANOMALY_DETECTION_BAND(m1)", "the function ANOMALY_DETECTION_BAND isn't played here"],
  ["FILL(m1, REPEAT)", "REPEAT isn't played here"],
  ["m1 ^ 2", "unexpected ^"],
  ["IF(m1, 2)", "IF is played with three arguments only"],
  ["(m1", "expected ) instead of the end"],
  ["m1 +", "the expression ends too early"],
  ["m1 # 2", "unexpected #"],
])("%s is refused by name", (text, message) => {
  expect(() => parseExpression(text)).toThrow(message);
});
