import { describe, expect, test } from "vitest";
import { evaluationRange, type Point, stateOf } from "../../../rollout/alarms/missing.ts";
import type { MissingData } from "../../../rollout/alarms/model.ts";

// The tables of the CloudWatch User Guide, "How alarm state is evaluated when data is missing": the five most recent data
// points with the newest on the right, 0 within the threshold, X beyond it, - missing. N is 3 in both.

const KINDS: MissingData[] = ["missing", "ignore", "breaching", "notBreaching"];

type Cells = [points: string, ...states: string[]];

const threeOfThree: Cells[] = [
  ["0 - X - X", "OK", "OK", "OK", "OK"],
  ["0 - - - -", "OK", "OK", "OK", "OK"],
  ["- - - - -", "INSUFFICIENT_DATA", "retain", "ALARM", "OK"],
  ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  ["- - X - -", "ALARM", "retain", "ALARM", "OK"],
];

const twoOfThree: Cells[] = [
  ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
  ["0 - X - -", "OK", "OK", "ALARM", "OK"],
  ["- - - - 0", "OK", "OK", "ALARM", "OK"],
  ["- - - X -", "ALARM", "retain", "ALARM", "OK"],
];

function newestFirst(text: string): Point[] {
  const points = text
    .split(" ")
    .map((sign): Point => (sign === "0" ? "ok" : sign === "X" ? "breach" : "missing"));
  return points.reverse();
}

describe.each([
  ["3 of 3", 3, threeOfThree],
  ["2 of 3", 2, twoOfThree],
] as const)("the table for %s", (_name, datapointsToAlarm, rows) => {
  test.each(rows)("%s", (points, ...states) => {
    const found = KINDS.map((missing) =>
      stateOf(newestFirst(points), { evaluationPeriods: 3, datapointsToAlarm, missing }),
    );
    expect(found).toEqual(states);
  });
});

test.each(["- - - - X", "- - - X -"])("%s is too early for an alarm that needs 3 of 3", (points) => {
  const rules = { evaluationPeriods: 3, datapointsToAlarm: 3, missing: "missing" } as const;
  expect(stateOf(newestFirst(points), rules)).not.toBe("ALARM");
});

test("the range of the tables", () => {
  expect(evaluationRange(3)).toBe(5);
});
