import { describe, expect, test } from "vitest";
import { complaintOf, NO_COMPLAINT, rateOverObjective } from "../../../rollout/analysis/complaint.ts";
import type { Evidence } from "../../../rollout/analysis/evidence/evidence.ts";
import { type Gate, newGate } from "../../../rollout/analysis/gate.ts";
import {
  extend,
  logAgainstStable,
  newStretch,
  type Stretch,
  stableBroke,
} from "../../../rollout/analysis/stretch.ts";
import { holds, latch, verdictOf } from "../../../rollout/analysis/verdict.ts";

// A bad candidate is told from a bad day of both.

const counts = (requests: number, bad: number) => ({ requests, bad });

describe("the stretch that a suspicion rests on", () => {
  const suspect = (log: number, stretch = newStretch()): Stretch => {
    extend(stretch, log, [1, 2, 3, 4, 5, 6], counts(10, 2), counts(30, 1));
    return stretch;
  };

  test("begins with nothing", () => {
    expect(newStretch()).toEqual({
      score: 0,
      relative: [0, 0, 0, 0, 0, 0],
      candidate: counts(0, 0),
      stable: counts(0, 0),
      shared: false,
    });
  });

  test("counts both tracks while there is one", () => {
    expect(suspect(0.5, suspect(2))).toEqual({
      score: 2.5,
      relative: [2, 4, 6, 8, 10, 12],
      candidate: counts(20, 4),
      stable: counts(60, 2),
      shared: false,
    });
  });

  test("counts on where nothing was compared", () => {
    const stretch = suspect(2);
    extend(stretch, -0.5, undefined, counts(1, 0), counts(1, 0));
    expect(stretch).toMatchObject({ score: 1.5, relative: [1, 2, 3, 4, 5, 6], candidate: counts(11, 2) });
  });

  test("ends where nothing is left of it, and all is forgotten", () => {
    const stretch = { ...suspect(2), shared: true };
    expect(suspect(-2, stretch)).toEqual(newStretch());
  });

  test("however little there was of it", () => {
    expect(suspect(-1, suspect(0.5))).toEqual(newStretch());
  });

  test("begins not before something speaks against the candidate", () => {
    expect(suspect(-1)).toEqual(newStretch());
    // What both were found to do isn't forgotten before it has an end.
    expect(suspect(-1, { ...newStretch(), shared: true }).shared).toBe(true);
  });

  test("speaks by the mean of its ratios", () => {
    const relative = [3, 0, 0, 0, 0, 0];
    expect(logAgainstStable({ ...newStretch(), relative })).toBeCloseTo(Math.log((Math.E ** 3 + 5) / 6), 12);
    // However large.
    const large = [5000, 5000, 0, 0, 0, 0];
    expect(logAgainstStable({ ...newStretch(), relative: large })).toBeCloseTo(5000 + Math.log(2 / 6), 9);
  });

  test.each<[string, Partial<Stretch>, boolean]>([
    ["over the objective", { stable: counts(99, 1) }, true],
    ["at the objective", { stable: counts(100, 1) }, false],
    ["without a request", { stable: counts(0, 0) }, false],
    ["found before to be over it", { stable: counts(100, 1), shared: true }, true],
  ])("stable %s: it broke it too: %#", (_, change, broke) => {
    expect(stableBroke({ ...newStretch(), ...change }, 0.01)).toBe(broke);
  });
});

/** Evidence of a value. */
function evidence(value: number): Evidence {
  return { ...newGate().absolute, raw: [value, 0, 0, 0, 0, 0], base: [value, 0, 0, 0, 0, 0] };
}

/** A stretch that says of the candidate against stable so much. */
function against(value: number, change: Partial<Stretch> = {}): Stretch {
  return { ...newStretch(), relative: Array(6).fill(Math.log(value)), ...change };
}

/** A gate where nothing speaks against the candidate, but for this. */
function gate(change: Partial<Gate>): Gate {
  return { ...newGate(), ...change };
}

const { requests: channel } = newGate();

describe("what is said against a candidate", () => {
  test("is nothing at first", () => {
    expect(complaintOf(newGate())).toEqual({ what: "none", rate: 1 });
    expect(newGate().complaint).toBe(NO_COMPLAINT);
  });

  // The mean of five questions decides: a value that stands alone counts a fifth.
  test.each<[string, Partial<Gate>, string, number]>([
    ["by request", { requests: { ...channel, relative: evidence(50) } }, "worse than stable", 0.1],
    ["by burst", { bursts: { ...channel, relative: evidence(50) } }, "worse than stable", 0.1],
    [
      "by stable's past",
      { requests: { ...channel, history: evidence(500), stretch: against(1000) } },
      "worse than stable is and has been",
      0.01,
    ],
    [
      "by stable's past as far as the present says so too",
      { requests: { ...channel, history: evidence(500), stretch: against(20) } },
      "worse than stable is and has been",
      0.05,
    ],
    ["by the objective", { absolute: evidence(500) }, "over the objective", 0.01],
    [
      "by the objective as far as the candidate breaks it more than stable",
      { absolute: evidence(500), absoluteStretch: against(4, { stable: counts(10, 1) }) },
      "over the objective",
      0.25,
    ],
    [
      "by the first of two that are as strong",
      { absolute: evidence(50), requests: { ...channel, relative: evidence(50) } },
      "worse than stable",
      0.05,
    ],
    [
      "by the strongest of all, at the rate of their mean",
      { absolute: evidence(500), bursts: { ...channel, relative: evidence(5000) } },
      "worse than stable",
      5 / 5500,
    ],
    [
      "by client, a question of seven then",
      { clients: { ...channel, relative: evidence(70) } },
      "worse than stable",
      0.1,
    ],
  ])("%s", (_, change, what, rate) => {
    const complaint = complaintOf(gate(change));
    expect(complaint.what).toBe(what);
    expect(complaint.rate).toBeCloseTo(rate, 12);
  });

  test("of the objective, whoever else breaks it, is a fifth of the evidence", () => {
    expect(rateOverObjective(gate({ absolute: evidence(500) }))).toBeCloseTo(0.01, 12);
  });
});

describe("the gate holds", () => {
  const sick = {
    absolute: evidence(500),
    absoluteStretch: against(99, { stable: counts(50, 2), candidate: counts(40, 2) }),
  };

  test.each<[string, Partial<Gate>, boolean]>([
    ["where both break the objective", {}, true],
    ["not where the candidate hardly does", { absolute: evidence(499) }, false],
    ["not where it is worse than stable", { absoluteStretch: against(101, { shared: true }) }, false],
    ["not where stable keeps it", { absoluteStretch: against(99, { stable: counts(200, 2) }) }, false],
  ])("%s", (_, change, held) => {
    expect(holds(gate({ ...sick, ...change }))).toBe(held);
  });

  test("and says of both how bad they are", () => {
    expect(verdictOf(gate(sick), true)).toMatchObject({
      outcome: "wait",
      hold: true,
      reason: "errors: both tracks break the objective (candidate 5 %, stable 4 %): hold and page",
    });
  });
});

describe("a verdict", () => {
  const step = { candidate: counts(400, 1), stable: counts(1600, 2), relative: -9, absolute: [9, 9] };

  test("fails at the false-alarm rate, with the figures of the step", () => {
    const failed = latch(gate({ step, complaint: { what: "worse than stable", rate: 0.01 } }));
    expect(failed).toEqual({
      outcome: "fail",
      hold: false,
      reason: "errors: candidate: 1 of 400 requests failed (0.25 %), stable 2 of 1,600; worse than stable",
      method: "worse than stable",
      toFail: 1,
      toPass: 1,
      candidate: counts(400, 1),
      stable: counts(1600, 2),
      bursts: 4,
    });
    expect(latch(gate({ complaint: { what: "worse than stable", rate: 0.0101 } }))).toBeUndefined();
  });

  test("names the objective where that is broken, and stable only where it had a request", () => {
    const alone = { ...step, stable: counts(0, 0) };
    expect(latch(gate({ step: alone, complaint: { what: "over the objective", rate: 0.001 } }))?.reason).toBe(
      "errors: candidate: 1 of 400 requests failed (0.25 %); over the objective of 1 %",
    );
    const one = { ...step, stable: counts(1, 0) };
    expect(latch(gate({ step: one, complaint: { what: "worse than stable", rate: 0.001 } }))?.reason).toBe(
      "errors: candidate: 1 of 400 requests failed (0.25 %), stable 0 of 1; worse than stable",
    );
  });

  test("passes by the figures of the step", () => {
    const passed = verdictOf(gate({ step, complaint: { what: "over the objective", rate: 0.1 } }), true);
    expect(passed).toMatchObject({ outcome: "pass", hold: false, toPass: 1 });
    expect(passed.toFail).toBeCloseTo(0.5, 12);
    expect(passed.reason).toBe(
      "errors: no worse than stable and within the objective: candidate: 1 of 400 requests failed (0.25 %), stable 2 of 1,600",
    );
    // What is told isn't what goes on counting.
    expect(passed.candidate).not.toBe(step.candidate);
  });

  test("that would pass waits for the bake", () => {
    expect(verdictOf(gate({ step }), false)).toMatchObject({
      outcome: "wait",
      hold: false,
      reason: "errors: good so far, the bake goes on",
    });
  });

  test.each([
    ["no data from the candidate", counts(0, 0)],
    ["1 of at least 200 requests", counts(1, 0)],
    ["199 of at least 200 requests", counts(199, 0)],
    ["not enough evidence yet", counts(200, 0)],
  ])("waits: %s", (reason, candidate) => {
    const waiting = verdictOf(gate({ step: { ...step, relative: 0, absolute: [0, 0], candidate } }), true);
    expect(waiting).toMatchObject({ outcome: "wait", hold: false, reason: `errors: ${reason}`, toPass: 0 });
  });

  test("is never less than nothing on its way to fail", () => {
    expect(verdictOf(newGate(), false).toFail).toBe(0);
    const little = verdictOf(gate({ complaint: { what: "worse than stable", rate: 1.5 } }), false);
    expect(little.toFail).toBe(0);
    const most = verdictOf(gate({ complaint: { what: "worse than stable", rate: 1e-9 } }), false);
    expect(most.toFail).toBe(1);
  });

  test("that failed stays", () => {
    const failed = latch(gate({ complaint: { what: "worse than stable", rate: 0.001 } }));
    expect(verdictOf(gate({ step, failed }), true)).toBe(failed);
  });
});
