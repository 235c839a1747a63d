import { describe, expect, test } from "vitest";
import { NO_TRACK } from "../../../rollout/load/tally.ts";
import { header, rows } from "../../../rollout/tour/table.ts";
import { complaintsOf, sharesOf } from "../../../rollout/tour/verdict.ts";

const tally = (requests: number, failures = 0) => ({ requests, failures, p50: 2, p95: 5, p99: 9.25 });
const phase = (tracks: Record<string, ReturnType<typeof tally>>) => ({ name: "a", seconds: 10, tracks });
const well = { requests: 1000, lost: 0, reasons: {} };
const judged = (blue: number, green: number, split: Record<string, number>) => ({
  name: "green 10",
  shares: sharesOf(phase({ blue: tally(blue), green: tally(green) }), split, 0.99),
});

describe("the verdict", () => {
  test("is good within the bounds", () => {
    expect(complaintsOf([judged(900, 100, { blue: 90, green: 10 })], well)).toEqual([]);
    expect(complaintsOf([judged(876, 124, { blue: 90, green: 10 })], well)).toEqual([]);
  });

  test("is bad for a split outside them", () => {
    expect(complaintsOf([judged(850, 150, { blue: 90, green: 10 })], well)).toEqual([
      "green 10: blue got 850 requests where 90 % allows 875 to 924",
      "green 10: green got 150 requests where 10 % allows 76 to 125",
    ]);
  });

  test("is bad for a single request to a track at 0 %", () => {
    expect(complaintsOf([judged(1, 999, { blue: 0, green: 100 })], well)).toHaveLength(2);
  });

  test("is bad for a track that nobody asked for", () => {
    expect(complaintsOf([judged(900, 100, { blue: 100 })], well)).toHaveLength(2);
  });

  test("is bad for a lost request, wherever it was lost", () => {
    const load = { requests: 1000, lost: 2, reasons: { "GET got no answer: ECONNRESET": 2 } };
    expect(complaintsOf([judged(900, 100, { blue: 90, green: 10 })], load)).toEqual([
      "2 of 1000 requests were lost",
      "  2 x GET got no answer: ECONNRESET",
    ]);
  });

  test("is bad when there was no load at all", () => {
    expect(complaintsOf([], { requests: 0, lost: 0, reasons: {} })).toEqual(["no request was sent"]);
  });

  test("is bad when a step had none", () => {
    expect(complaintsOf([judged(0, 0, { blue: 90, green: 10 })], well)).toEqual([
      "green 10: no request was answered",
    ]);
  });

  test("counts answers of no track as requests", () => {
    const shares = sharesOf(
      phase({ blue: tally(50), [NO_TRACK]: tally(50, 50) }),
      { blue: 50, green: 50 },
      0.99,
    );
    expect(shares.map(({ track, total, within }) => [track, total, within])).toEqual([
      ["blue", 100, true],
      ["green", 100, false],
    ]);
  });
});

test("the table has a line for each track, aligned with its header", () => {
  expect([header(), ...rows(judged(850, 150, { blue: 90, green: 10 }))]).toEqual([
    "step           track    asked  measured       99 % bound  requests  failures       p50       p95       p99",
    "green 10       blue      90 %    85.0 %    87.5 - 92.4 %       850         0    2.0 ms    5.0 ms    9.3 ms OUTSIDE",
    "               green     10 %    15.0 %     7.6 - 12.5 %       150         0    2.0 ms    5.0 ms    9.3 ms OUTSIDE",
  ]);
});
