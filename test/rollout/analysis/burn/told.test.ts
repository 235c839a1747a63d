import { describe, expect, test } from "vitest";
import {
  beginBurnStep,
  burnVerdict,
  indicatorOf,
  observeBurn,
} from "../../../../rollout/analysis/burn/burn-gate.ts";
import { counts, FAST, gateOf, NOTHING, settings, TICKET, type Told } from "./example.ts";

// What people are told of the burn rate: how far a step has come, and what it has counted.

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

  test.each([
    [0, 0, 1],
    [0, 9, 1],
    [1, 0, 0],
    [1, 1, 1],
  ])("with a sample of %s asked and %s there is so far on its way: %s", (minRequests, requests, toPass) => {
    const step = { candidate: counts(requests, 0), stable: counts(0, 0) };
    const gate = { ...gateOf({ value: 0, step }), settings: { ...settings, minRequests } };
    expect(burnVerdict(gate, false).toPass).toBe(toPass);
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

test("a failure has gone all of the way", () => {
  const gate = gateOf({ candidate: FAST, step: NOTHING });
  observeBurn(gate, NOTHING, 1);
  expect(gate.failed).toMatchObject({ outcome: "fail", hold: false, toFail: 1, toPass: 0 });
});

// The evidence has grown by 8.5 nats of late: by 4.5 of them where nothing comes in bursts, to less than a hundred.
test.each([
  [1, "pass"],
  [4, "wait"],
])("evidence of one moment counts as far as bursts are usual: %s", (phi, outcome) => {
  const gate = gateOf({ value: 0 });
  gate.evidence.raw[0] = Math.exp(8.5);
  gate.evidence.base[0] = 1;
  observeBurn(gate, NOTHING, phi);
  gate.candidate = gateOf({ candidate: FAST }).candidate;
  expect(burnVerdict(gate, true)).toMatchObject({ outcome, bursts: phi });
});

test("what is told isn't what goes on counting", () => {
  const gate = gateOf({});
  const told = burnVerdict(gate, true);
  expect(told.candidate).not.toBe(gate.step.candidate);
  expect(told.stable).not.toBe(gate.step.stable);
});

test.each([
  [0.999, "burn rate of 99.9 %"],
  [0.999999, "burn rate of 99.9999 %"],
  [0.99999, "burn rate of 99.999 %"],
  [0.9999999, "burn rate of 100 %"],
])("%s is the %s", (objective, name) => {
  expect(indicatorOf({ objective })).toBe(name);
});
