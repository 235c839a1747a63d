import { describe, expect, test } from "vitest";
import {
  closeWindows,
  compare,
  learnFrom,
  newChannel,
  suspectChannel,
  valuesOf,
} from "../../../rollout/analysis/channel.ts";
import { newDispersion, phiOf } from "../../../rollout/analysis/dispersion.ts";
import { eValue, newEvidence } from "../../../rollout/analysis/evidence/evidence.ts";
import { logs, newGains, RATIOS, setShare } from "../../../rollout/analysis/evidence/odds.ts";
import { beginStep, learn, newGate, observe } from "../../../rollout/analysis/gate.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import { newStep } from "../../../rollout/analysis/step.ts";
import { newStretch } from "../../../rollout/analysis/stretch.ts";
import { analyse } from "../../support/whole-sequences.ts";

// What a gate is made of, and how an interval goes through it.

const settings = gateSettings({ horizonSeconds: 1000 });
const counts = (requests: number, bad: number) => ({ requests, bad });

describe("a way of counting", () => {
  test("begins with its prior of bursts, and nothing else", () => {
    expect(newChannel(settings, 4)).toEqual({
      relative: newEvidence(1000, 1),
      history: newEvidence(1000, 1),
      stretch: newStretch(),
      dispersion: newDispersion(4),
      phi: 4,
      baseline: counts(0, 0),
      block: { requests: 0, bad: 0, intervals: 0 },
      gains: { relative: newGains("bad"), history: newGains("requests") },
    });
  });

  test("learns of stable in blocks of two minutes", () => {
    const channel = newChannel(settings, 4);
    for (let i = 0; i < 119; i++) learnFrom(channel, counts(10, i % 60 === 0 ? 1 : 0), settings);
    expect(channel).toMatchObject({
      block: { requests: 1190, bad: 2, intervals: 119 },
      baseline: counts(0, 0),
    });
    learnFrom(channel, counts(10, 1), settings);
    expect(channel).toMatchObject({
      block: { requests: 0, bad: 0, intervals: 0 },
      baseline: counts(1200, 3),
      dispersion: { previous: counts(1200, 3) },
    });
    expect(channel.gains.history.share).toBeCloseTo((4 + Math.sqrt(4 * 4)) / 1200, 12);
    for (let i = 0; i < 120; i++) learnFrom(channel, counts(10, i === 0 ? 9 : 0), settings);
    expect(channel.phi).toBe(phiOf(channel.dispersion));
    expect(channel.phi).not.toBe(4);
  });

  test("learns in fewer intervals where they are longer", () => {
    const channel = newChannel(settings, 4);
    for (let i = 0; i < 2; i++) learnFrom(channel, counts(10, 0), { ...settings, intervalSeconds: 59 });
    expect(channel.block.intervals).toBe(2);
    learnFrom(channel, counts(10, 0), { ...settings, intervalSeconds: 59 });
    expect(channel.block.intervals).toBe(0);
  });

  test.each<[string, number, ReturnType<typeof counts>, boolean]>([
    ["bad requests, and a part of the candidate's", 0.25, counts(4, 2), true],
    ["no bad request", 0.25, counts(0, 0), false],
    ["no request of the candidate's", 0, counts(4, 0), false],
    ["none of stable's", 1, counts(4, 4), false],
    ["one bad request", 0.25, counts(1, 1), true],
  ])("with %s compares", (_, part, all, compares) => {
    const channel = newChannel(settings, 2);
    const gains = newGains("bad");
    setShare(gains, part, 2);
    const told = compare(channel, counts(10, all.bad), counts(30, all.requests - all.bad), part, all);
    expect(told).toEqual(compares ? logs(gains, all) : undefined);
    expect(channel.relative.intervals).toBe(1);
    expect(channel.history.intervals).toBe(1);
    const weight = channel.relative.base[0]!;
    for (const [index, log] of (told ?? RATIOS.map(() => 0)).entries())
      expect(channel.relative.raw[index]).toBeCloseTo(weight * Math.exp(log), 12);
  });

  test("suspects a stretch by the smallest of its ratios against stable's past", () => {
    const channel = newChannel(settings, 1);
    setShare(channel.gains.history, 0.01, 1);
    compare(channel, counts(10, 3), counts(30, 1), 0.25, counts(4, 3));
    expect(channel.stretch.score).toBeCloseTo(logs(channel.gains.history, counts(10, 3))[0]!, 12);
    expect(channel.stretch).toMatchObject({ candidate: counts(10, 3), stable: counts(30, 1) });
  });

  test("suspects, ends its windows and speaks for both questions", () => {
    const channel = newChannel(settings, 1);
    suspectChannel(channel);
    expect([channel.relative.step.later, channel.history.step.later]).toEqual([0.05, 0.05]);
    channel.relative.raw = [5, 0, 0, 0, 0, 0];
    channel.relative.base = [5, 0, 0, 0, 0, 0];
    channel.history.raw = [7, 0, 0, 0, 0, 0];
    channel.history.base = [0.001, 0, 0, 0, 0, 0];
    const held = eValue(channel.history, 1);
    expect(valuesOf(channel)).toEqual([5, held]);
    expect(held).toBeLessThan(7);
    closeWindows(channel);
    expect([channel.relative.raw[0], channel.history.raw[0]]).toEqual([5, held]);
  });
});

describe("a gate", () => {
  test("takes bad requests to come in bursts of four, and those seldom to be split", () => {
    const gate = newGate();
    expect([gate.requests.phi, gate.bursts.phi]).toEqual([4, 1.2]);
    expect(gate).toMatchObject({
      intervals: 0,
      step: newStep(),
      quiet: { candidate: { quiet: 5 }, stable: { quiet: 5 } },
    });
    expect([gate.absoluteGains.stream, gate.absolute.horizon]).toEqual(["requests", 86_400]);
    expect(newGate({ intervalSeconds: 60 }).absolute.horizon).toBe(1440);
  });

  test("counts a step anew, and suspects it by all of its questions", () => {
    const gate = newGate();
    gate.step.relative = 3;
    beginStep(gate);
    expect(gate.step).toEqual(newStep());
    const questions = [
      gate.requests.relative,
      gate.requests.history,
      gate.bursts.relative,
      gate.bursts.history,
    ];
    for (const { step } of [...questions, gate.absolute]) expect(step.intervals).toBe(60);
  });

  test("learns by request and by burst", () => {
    const gate = newGate();
    learn(gate, counts(10, 3));
    for (let i = 0; i < 8; i++) learn(gate, counts(10, 1));
    // It waits for ten seconds, as an outage may be beginning.
    expect(gate.requests.block).toEqual({ requests: 0, bad: 0, intervals: 0 });
    learn(gate, counts(10, 1));
    expect(gate.requests.block).toEqual({ requests: 100, bad: 12, intervals: 10 });
    // Of the ten requests of a second in which a burst began, some came after its first bad one.
    expect(gate.bursts.block).toEqual({ requests: 5.5, bad: 1, intervals: 10 });
    expect(() => learn(gate, counts(1, 2))).toThrow("stable: bad must be");
  });

  test("judges an interval by what was known before it, then learns of it", () => {
    const gate = newGate();
    for (let i = 0; i < 119; i++) learn(gate, counts(10, 0));
    observe(gate, { candidate: counts(10, 1), stable: counts(10, 0) });
    // The objective was asked, but not yet stable's past.
    expect(gate.requests.history.raw[0]).toBe(gate.requests.history.base[0]);
    expect(gate.requests.block.intervals).toBe(0);
    expect(gate.bursts.block.intervals).toBe(0);
    expect(gate.absolute.raw[0]).toBeGreaterThan(gate.absolute.base[0]!);
    expect(gate.step).toMatchObject({ candidate: counts(10, 1), stable: counts(10, 0) });
    observe(gate, { candidate: counts(10, 1), stable: counts(10, 0) });
    expect(gate.requests.history.raw[0]).toBeGreaterThan(gate.requests.history.base[0]!);
  });

  test("compares the bad requests of both by their parts of the requests", () => {
    const gate = newGate();
    observe(gate, { candidate: counts(10, 2), stable: counts(30, 1) });
    const gains = newGains("bad");
    setShare(gains, 1 / 4, 4);
    const [mass] = gate.requests.relative.base;
    expect(gate.requests.relative.raw).toEqual(logs(gains, counts(3, 2)).map((log) => mass! * Math.exp(log)));
    expect(gate.intervals).toBe(1);
  });

  test("counts a burst of each track once", () => {
    const gate = newGate();
    for (let i = 0; i < 10; i++) observe(gate, { candidate: counts(10, 2), stable: counts(10, 1) });
    expect(gate.bursts.block).toMatchObject({ requests: 5.5, bad: 1 });
    expect(gate.quiet).toEqual({ candidate: { quiet: 0 }, stable: { quiet: 0 } });
    const { candidate, stable } = gate.bursts.stretch;
    expect([candidate.bad, stable.bad]).toEqual([0, 0]);
  });

  test.each([
    [1, 10],
    [3, 3],
    [5, 2],
    [10, 1],
    [60, 1],
  ])("in intervals of %s s ends a window of ten seconds after %s", (intervalSeconds, intervals) => {
    const gate = newGate({ intervalSeconds });
    const closed = () => [gate.absolute, gate.requests.relative].map(({ raw, base }) => raw[5] === base[5]);
    for (let i = 1; i <= intervals; i++) {
      observe(gate, { candidate: counts(10, 3), stable: counts(10, 1) });
      expect(closed()).toEqual([i === intervals, i === intervals]);
    }
  });

  // By the odds that the one burst of both is the candidate's: (e^kn - 1) : (e^km - 1).
  test.each([
    ["as much traffic", 10, 10, 1 / 2],
    ["less", 10, 30, 1 / 4],
    ["a request each", 1, 1, 1 / 2],
    ["more, of which nothing is known", 30, 10, 3 / 4],
  ])("with %s takes a burst for the candidate's", (_, mine, theirs, part) => {
    const gate = newGate();
    observe(gate, { candidate: counts(mine, 1), stable: counts(theirs, 0) });
    expect(gate.bursts.gains.relative.share).toBeCloseTo(part, 12);
  });

  test.each([
    ["less traffic, by their parts", 10, 30, 0.1, 1 / 3],
    ["more traffic", 300, 10, 0.001, Math.expm1(0.3) / Math.expm1(0.01)],
    ["a little more", 11, 10, 0.1, Math.expm1(1.1) / Math.expm1(1)],
    ["so much that a burst is sure", 120, 110, 0.9, Math.expm1(50) / Math.expm1((50 * 110) / 120)],
  ])("with %s and a known share the odds are larger", (_, mine, theirs, share, odds) => {
    const gate = newGate();
    gate.bursts.gains.history.share = share;
    observe(gate, { candidate: counts(mine, 1), stable: counts(theirs, 0) });
    expect(gate.bursts.gains.relative.share).toBeCloseTo(odds / (1 + odds), 12);
  });

  test("a burst of both in one interval tells nothing between them", () => {
    const gate = newGate();
    observe(gate, { candidate: counts(10, 1), stable: counts(10, 1) });
    expect(gate.bursts.gains.relative.share).toBe(-1);
    observe(newGate(), { candidate: counts(10, 1), stable: counts(0, 0) });
  });

  test("remembers that both were sick, however thin that gets", () => {
    const gate = newGate();
    for (let i = 0; i < 20; i++) observe(gate, { candidate: counts(20, 10), stable: counts(20, 10) });
    expect(gate.absoluteStretch.shared).toBe(true);
    const other = newGate();
    for (let i = 0; i < 20; i++) observe(other, { candidate: counts(20, 10), stable: counts(20, 0) });
    expect(other.absoluteStretch.shared).toBe(false);
  });
});

test("a sequence is judged after what stable did before it", () => {
  const interval = { candidate: counts(100, 10), stable: counts(100, 10) };
  const rest = { candidate: counts(100, 0), stable: counts(100, 0) };
  const before = Array.from({ length: 3600 }, () => counts(100, 0));
  const told = analyse({}, [interval, rest], { before });
  expect(told.bursts).toBe(4);
  expect(told).toEqual(analyse({}, [interval, rest], { before, baked: true }));
  expect(analyse({}, [], { before }).reason).toBe("errors: no data from the candidate");
  // Six in a thousand of the candidate's requests fail: of a hundred seconds only stable's past tells that.
  const slow = Array.from({ length: 120 }, (_, i) => ({
    candidate: counts(20, i % 8 === 0 ? 1 : 0),
    stable: counts(20, 0),
  }));
  expect([analyse({}, slow).outcome, analyse({}, slow, { before }).outcome]).toEqual(["wait", "fail"]);
});
