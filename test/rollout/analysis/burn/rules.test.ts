import { describe, expect, test } from "vitest";
import {
  burnVerdict,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../../../../rollout/analysis/burn/burn-gate.ts";
import { newBurnWindows } from "../../../../rollout/analysis/burn/burn-windows.ts";
import type { Counts } from "../../../../rollout/analysis/counts.ts";
import {
  counts,
  FAST,
  gateOf,
  NOTHING,
  outcomeOf,
  SLOW,
  settings,
  TICKET,
  type Told,
  windows,
} from "./example.ts";

// The burn-rate gate at each of its rules, one below and one above.

describe("a candidate that burns", () => {
  test.each<[string, Told, string]>([
    [
      "14.4 times over both windows",
      { candidate: [1441, 1441, 0, 0, 0, 0] },
      "fail: burns 14 times the budget over 1 h, 14 times over 5 min",
    ],
    [
      "less than that over the hour",
      { candidate: [1439, 9000, 0, 0, 0, 0] },
      "pass: the error budget lasts: 14 times the budget over 1 h, 90 times over 5 min",
    ],
    [
      "less than that by now",
      { candidate: [9000, 1439, 0, 0, 0, 0] },
      "pass: the error budget lasts: 90 times the budget over 1 h, 14 times over 5 min",
    ],
    [
      "6 times over six hours",
      { candidate: [0, 0, 601, 601, 0, 0] },
      "fail: burns 6 times the budget over 6 h, 6 times over 30 min",
    ],
    [
      "less than that over six hours",
      { candidate: [0, 0, 599, 9000, 0, 0] },
      "pass: the error budget lasts: 0 times the budget over 1 h, 0 times over 5 min",
    ],
    [
      "just over the budget for three days",
      { candidate: [0, 0, 0, 0, 101, 101] },
      "wait: burns 1 times the budget over 72 h, 1 times over 6 h: no page, but no reason to go on",
    ],
    [
      "just within it for three days",
      { candidate: [0, 0, 0, 0, 99, 99] },
      "pass: the error budget lasts: 0 times the budget over 1 h, 0 times over 5 min",
    ],
    [
      "by both pages: the fast one is told",
      { candidate: [1500, 1500, 700, 700, 0, 0] },
      "fail: burns 15 times the budget over 1 h, 15 times over 5 min",
    ],
    [
      "with too little evidence",
      { candidate: FAST, value: 99 },
      "pass: the error budget lasts: 15 times the budget over 1 h, 15 times over 5 min",
    ],
  ])("%s", (_, told, outcome) => {
    expect(outcomeOf(told)).toBe(outcome);
  });
});

test.each([
  [99, "pass"],
  [100, "wait"],
])("a false alarm in a hundred takes evidence of a hundred: %s", (value, outcome) => {
  expect(burnVerdict(gateOf({ candidate: FAST, value }), true).outcome).toBe(outcome);
});

describe("beside a stable that burns too", () => {
  test.each<[string, Told, string]>([
    [
      "as fast: hold",
      { candidate: FAST, stable: FAST },
      "hold: both tracks burn 15 times the budget over 1 h, 15 times over 5 min: hold and page",
    ],
    [
      "as fast by both pages: hold, and the fast one is told",
      { candidate: [1500, 1500, 700, 700, 0, 0], stable: [1500, 1500, 700, 700, 0, 0] },
      "hold: both tracks burn 15 times the budget over 1 h, 15 times over 5 min: hold and page",
    ],
    [
      "by the other rule: hold",
      { candidate: [4000, 4000, 700, 700, 0, 0], stable: SLOW },
      "hold: both tracks burn 7 times the budget over 6 h, 7 times over 30 min: hold and page",
    ],
    [
      "a ticket: the candidate is to blame",
      { candidate: [4000, 4000, 0, 0, 200, 200], stable: TICKET },
      "fail: burns 40 times the budget over 1 h, 40 times over 5 min",
    ],
    [
      "half as fast: the candidate is to blame",
      { candidate: [2800, 2800, 0, 0, 0, 0], stable: [1400, 1400, 0, 0, 0, 0] },
      "fail: burns 28 times the budget over 1 h, 28 times over 5 min",
    ],
    [
      "more than half as fast: it isn't",
      { candidate: [2800, 2800, 0, 0, 0, 0], stable: [1401, 1401, 0, 0, 0, 0] },
      "wait: burns 28 times the budget over 1 h, 28 times over 5 min, as stable does: no reason to go on",
    ],
    [
      "more than half as fast by both pages: it isn't, and the fast one is told",
      { candidate: [2800, 2800, 1100, 1100, 0, 0], stable: [1401, 1401, 599, 599, 0, 0] },
      "wait: burns 28 times the budget over 1 h, 28 times over 5 min, as stable does: no reason to go on",
    ],
    [
      "more than half as fast over the hour only: it is",
      { candidate: [2800, 2800, 0, 0, 0, 0], stable: [1401, 1400, 0, 0, 0, 0] },
      "fail: burns 28 times the budget over 1 h, 28 times over 5 min",
    ],
    [
      "more than half as fast by now only: it is",
      { candidate: [2800, 2800, 0, 0, 0, 0], stable: [1400, 1401, 0, 0, 0, 0] },
      "fail: burns 28 times the budget over 1 h, 28 times over 5 min",
    ],
    [
      "as long: nothing new",
      { candidate: TICKET, stable: TICKET },
      "pass: the error budget lasts: 0 times the budget over 1 h, 0 times over 5 min",
    ],
  ])("%s", (_, told, outcome) => {
    expect(outcomeOf(told)).toBe(outcome);
  });

  test.each([
    [0, "fail", false],
    [1000, "wait", true],
  ])("in the same second, with %s of 1000 bad: %s", (bad, outcome, hold) => {
    const gate = { ...gateOf({ value: 1e9 }), candidate: newBurnWindows(1), stable: newBurnWindows(1) };
    observeBurn(gate, { candidate: counts(1000, 1000), stable: counts(1000, bad) }, 1);
    expect(burnVerdict(gate, true)).toMatchObject({ outcome, hold });
  });
});

describe("where stable burns so fast as a habit", () => {
  test.each<[string, Told, RegExp]>([
    ["isn't sent back", { candidate: FAST, usual: counts(10_000, 145) }, /^wait: .* as stable does/],
    ["is, where the habit is a little better", { candidate: FAST, usual: counts(10_000, 143) }, /^fail/],
    ["is, where little is known of it", { candidate: FAST, usual: counts(199, 100) }, /^fail/],
    ["isn't, where enough is", { candidate: FAST, usual: counts(200, 100) }, /^wait/],
    ["goes on with a habit of tickets", { candidate: TICKET, usual: counts(10_000, 11) }, /^pass/],
    ["doesn't without one", { candidate: TICKET, usual: counts(10_000, 9) }, /^wait: .* no page/],
  ])("it %s", (_, told, outcome) => {
    expect(outcomeOf(told)).toMatch(outcome);
  });

  test.each<[Counts, string]>([
    [counts(0, 0), "fail"],
    [counts(1, 1), "wait"],
  ])("one request is a habit where no sample is asked: %j", (usual, outcome) => {
    const gate = { ...gateOf({ candidate: FAST, usual }), settings: { ...settings, minRequests: 0 } };
    observeBurn(gate, NOTHING, 1);
    expect(burnVerdict(gate, true).outcome).toBe(outcome);
  });

  test.each([
    [2499, "wait"],
    [2500, "pass"],
  ])("a habit is as fast as the rule: %s of 10 000 where a quarter may be bad", (bad, outcome) => {
    const candidate = windows([0, 0, 0, 0, 30_000, 30_000]);
    const told = gateOf({ usual: counts(10_000, bad) });
    const gate = { ...told, candidate, settings: { ...settings, objective: 0.75 } };
    expect(burnVerdict(gate, true).outcome).toBe(outcome);
  });

  test("all that it serves is learned, before the rollout and in it", () => {
    const gate = newBurnGate(settings);
    learnBurn(gate, counts(10, 1));
    observeBurn(gate, { candidate: counts(5, 0), stable: counts(7, 2) }, 1);
    expect(gate.usual).toEqual(counts(17, 3));
    expect(() => learnBurn(gate, counts(1, 2))).toThrow("stable: bad must be");
    for (const wrong of ["candidate", "stable"])
      expect(() => observeBurn(gate, { ...NOTHING, [wrong]: counts(1, 2) }, 1)).toThrow(
        `${wrong}: bad must be`,
      );
  });
});

test.each([
  [0.5, false],
  [0.501, true],
  [0.9999, true],
  [1, false],
])("an objective of %s can be burned: %s", (objective, fine) => {
  const made = () => newBurnGate({ ...settings, objective });
  if (fine) expect(made().settings.objective).toBe(objective);
  else expect(made).toThrow(`objective must be above 0.5 and below 1, it is ${objective}`);
});
