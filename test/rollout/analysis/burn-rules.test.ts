import { describe, expect, test } from "vitest";
import {
  type BurnGate,
  beginBurnStep,
  burnVerdict,
  indicatorOf,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../../../rollout/analysis/burn/burn-gate.ts";
import { burnsOf } from "../../../rollout/analysis/burn/burn-rate.ts";
import { addInterval, newBurnWindows } from "../../../rollout/analysis/burn/burn-windows.ts";
import type { Counts } from "../../../rollout/analysis/counts.ts";
import { burnRates } from "../../support/whole-sequences.ts";

// The burn-rate gate at each of its rules, one below and one above.

const HOUR = 3600;
const settings = {
  objective: 0.999,
  falseAlarm: 0.01,
  minRequests: 200,
  horizonSeconds: 24 * HOUR,
  intervalSeconds: 1,
};
const counts = (requests: number, bad: number): Counts => ({ requests, bad });
const NOTHING = { candidate: counts(0, 0), stable: counts(0, 0) };

/** Bad requests in 100 000 over the long and the short window of the fast page, of the slow one and of the ticket. */
type Bad = [
  fastLong: number,
  fastShort: number,
  slowLong: number,
  slowShort: number,
  long: number,
  short: number,
];
const FAST: Bad = [1500, 1500, 0, 0, 0, 0];
const SLOW: Bad = [0, 0, 700, 700, 0, 0];
const TICKET: Bad = [0, 0, 0, 0, 200, 200];
const QUIET: Bad = [0, 0, 0, 0, 0, 0];

function windows(bad: Bad) {
  const each = bad.map((bad) => counts(100_000, bad));
  const totals = [0, 2, 4].map((at) => ({ long: each[at]!, short: each[at + 1]! }));
  return { ...newBurnWindows(1), totals };
}

interface Told {
  candidate?: Bad;
  stable?: Bad;
  /** Of the evidence that the candidate is over the budget. */
  value?: number;
  usual?: Counts;
  step?: BurnGate["step"];
}

function gateOf({ candidate = QUIET, stable = QUIET, value = 100, usual, step }: Told): BurnGate {
  const gate = newBurnGate(settings);
  return {
    ...gate,
    candidate: windows(candidate),
    stable: windows(stable),
    evidence: { ...gate.evidence, raw: [value, 0, 0, 0, 0, 0], base: [value, 0, 0, 0, 0, 0] },
    usual: usual ?? gate.usual,
    step: step ?? { candidate: counts(500, 0), stable: counts(900, 0) },
  };
}

/** The outcome when another second without a request has come in. */
function outcomeOf(told: Told): string {
  const gate = gateOf(told);
  observeBurn(gate, NOTHING, 1);
  const { outcome, hold, reason } = burnVerdict(gate, true);
  return `${hold ? "hold" : outcome}: ${reason.replace("burn rate of 99.9 %: ", "")}`;
}

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
      "with too little evidence",
      { candidate: FAST, value: 99 },
      "pass: the error budget lasts: 15 times the budget over 1 h, 15 times over 5 min",
    ],
  ])("%s", (_, told, outcome) => {
    expect(outcomeOf(told)).toBe(outcome);
  });
});

describe("beside a stable that burns too", () => {
  test.each<[string, Told, string]>([
    [
      "as fast: hold",
      { candidate: FAST, stable: FAST },
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

  test("one request is no habit, where no sample is asked", () => {
    const gate = { ...gateOf({ candidate: FAST }), settings: { ...settings, minRequests: 0 } };
    observeBurn(gate, NOTHING, 1);
    expect(gate.failed?.outcome).toBe("fail");
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

describe("a step", () => {
  test.each([
    [0, "wait", "no data from the candidate", 0],
    [1, "wait", "1 of at least 200 requests", 0.005],
    [199, "wait", "199 of at least 200 requests", 0.995],
    [200, "pass", "the error budget lasts: 0 times the budget over 1 h, 0 times over 5 min", 1],
  ])("of %s requests", (requests, outcome, reason, toPass) => {
    const gate = gateOf({ step: { candidate: counts(requests, 0), stable: counts(3, 0) }, value: 0 });
    expect(burnVerdict(gate, true)).toEqual({
      outcome,
      hold: false,
      reason: `burn rate of 99.9 %: ${reason}`,
      toFail: 0,
      toPass,
      candidate: counts(requests, 0),
      stable: counts(3, 0),
      bursts: 1,
    });
  });

  test("that isn't baked waits", () => {
    expect(burnVerdict(gateOf({}), false)).toMatchObject({
      outcome: "wait",
      reason: "burn rate of 99.9 %: good so far, the bake goes on",
      toPass: 1,
    });
  });

  test("begins to count anew, and its traffic is suspected", () => {
    const gate = gateOf({});
    beginBurnStep(gate);
    expect(gate.step).toEqual(NOTHING);
    expect(gate.evidence.step).toEqual({ weight: 0.05 / 60, intervals: 60, length: 60, later: 0.05 });
    observeBurn(gate, { candidate: counts(3, 1), stable: counts(4, 2) }, 1);
    expect(gate.step).toEqual({ candidate: counts(3, 1), stable: counts(4, 2) });
  });

  test("with no sample asked is all there", () => {
    const gate = { ...gateOf({ value: 0 }), settings: { ...settings, minRequests: 0 } };
    expect(burnVerdict(gate, false).toPass).toBe(1);
  });
});

// By the slower of the evidence and the page that is nearest.
test.each<[string, Told, number]>([
  ["as far as the evidence", { candidate: FAST, value: 10 }, 0.5],
  ["not without evidence", { candidate: FAST, value: 0.5 }, 0],
  ["as far as the fast page", { candidate: [720, 9000, 0, 0, 0, 0] }, 0.5],
  ["as far as it goes on by now", { candidate: [9000, 720, 0, 0, 0, 0] }, 0.5],
  ["as far as the slow page", { candidate: [0, 0, 300, 300, 0, 0] }, 0.5],
  ["not by a ticket", { candidate: TICKET }, 0],
  ["no further than the end", { candidate: FAST, stable: FAST, value: 1e9 }, 1],
])("on its way to fail %s", (_, told, way) => {
  expect(burnVerdict(gateOf(told), false).toFail).toBeCloseTo(way, 9);
});

test("what is told isn't what goes on counting", () => {
  const gate = gateOf({});
  const told = burnVerdict(gate, true);
  expect(told.candidate).not.toBe(gate.step.candidate);
  expect(told.stable).not.toBe(gate.step.stable);
});

test.each([
  [0.999, "burn rate of 99.9 %"],
  [0.99999, "burn rate of 99.999 %"],
  [0.9999999, "burn rate of 100 %"],
])("%s is the %s", (objective, name) => {
  expect(indicatorOf({ objective })).toBe(name);
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

test("what comes in ten seconds is held down as one, in intervals of any length", () => {
  const closedAfter = (intervalSeconds: number) => {
    const gate = newBurnGate({ ...settings, intervalSeconds });
    for (let intervals = 1; ; intervals++) {
      observeBurn(gate, { candidate: counts(10, 10), stable: counts(10, 0) }, 1);
      // A window that has ended begins where it was held down.
      if (gate.evidence.base.every((base, index) => base === gate.evidence.raw[index])) return intervals;
    }
  };
  expect([1, 3, 5, 10, 60].map(closedAfter)).toEqual([10, 3, 2, 1, 1]);
});

describe("rates", () => {
  const all = (one: Counts) => [0, 1, 2].map(() => ({ long: one, short: one }));

  test("need ten requests of late", () => {
    const burning = (requests: number, least?: number) =>
      least === undefined
        ? burnRates(0.999, [counts(requests, requests)], 60)[0]!.burning
        : burnsOf(0.999, all(counts(requests, requests)), least)[0]!.burning;
    expect([burning(9), burning(10)]).toEqual([false, true]);
    expect([burning(19, 20), burning(20, 20)]).toEqual([false, true]);
    const gate = (requests: number) => {
      const told = gateOf({ value: 1e6 });
      told.candidate = newBurnWindows(1);
      observeBurn(told, { candidate: counts(requests, requests), stable: counts(0, 0) }, 1);
      return told.failed !== undefined;
    };
    expect([gate(9), gate(10)]).toEqual([false, true]);
  });

  test("are of the budget as it is meant: of 1 - 0.999 too", () => {
    expect(burnsOf(0.999, all(counts(1000, 6)), 10)[1]).toMatchObject({ long: 6, short: 6, burning: true });
  });

  test.each([0, 1])("there are none of an objective of %s", (objective) => {
    expect(() => burnsOf(objective, all(counts(1, 0)), 1)).toThrow(
      new RangeError(`objective must be between 0 and 1, it is ${objective}`),
    );
  });

  test("are of as many intervals as a window begins", () => {
    // The short window of the fast page is five minutes: two intervals of three, and one of seven.
    const stream = [counts(100, 100), counts(100, 0), counts(100, 0)];
    expect(burnRates(0.9, stream, 180)[0]!.short).toBe(0);
    expect(burnRates(0.9, stream.slice(0, 2), 180)[0]!.short).toBeCloseTo(5, 9);
    expect(burnRates(0.9, stream.slice(0, 2), 420)[0]!.short).toBe(0);
  });

  test("of windows that move on are the same", () => {
    const windows = newBurnWindows(420);
    addInterval(windows, counts(100, 100));
    expect(windows.totals[0]!.short).toEqual(counts(100, 100));
    addInterval(windows, counts(50, 1));
    expect(windows.totals[0]!.short).toEqual(counts(50, 1));
    expect(windows.totals[0]!.long).toEqual(counts(150, 101));
  });
});

test("no more intervals are kept than twice the longest window, and no fewer than it", () => {
  const windows = newBurnWindows(6 * HOUR);
  const kept: number[] = [];
  // Three days are twelve intervals.
  for (let i = 0; i < 30; i++) {
    addInterval(windows, counts(1, 0));
    kept.push(windows.stream.length);
    expect(windows.totals[2]!.long).toEqual(counts(Math.min(12, i + 1), 0));
  }
  expect(Math.max(...kept)).toBe(25);
  expect(kept.slice(24, 27)).toEqual([25, 13, 14]);
});
