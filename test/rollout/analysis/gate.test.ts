import { describe, expect, test } from "vitest";
import { type Gate, learn, newGate, observe } from "../../../rollout/analysis/gate.ts";
import { verdictOf } from "../../../rollout/analysis/verdict.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { analyse } from "../../support/whole-sequences.ts";
import { badOf, second, secondsToFail, seededRandom } from "./streams.ts";

const HOUR = 3600;

/** A gate that has seen two hours of a healthy stable. */
function experienced(seed: number, share = 0.001, settings = {}): Gate {
  const gate = newGate(settings);
  const random = seededRandom(seed);
  for (let i = 0; i < 2 * HOUR; i++) learn(gate, { requests: 20, bad: badOf(random, 20, share) });
  return gate;
}

describe("false alarms", () => {
  test.each([0.001, 0.005])(
    "a healthy candidate at %d is rolled back in at most 1 % of whole bakes",
    (share) => {
      const bakes = 200;
      let failed = 0;
      for (let bake = 0; bake < bakes; bake++) {
        const random = seededRandom(bake);
        // Looked at each second, the worst case for a test that isn't sequential. No history: the harder start.
        const gate = newGate({ horizonSeconds: HOUR });
        if (secondsToFail(gate, HOUR, () => second(random, [5, share], [15, share]))) failed++;
      }
      expect(failed).toBeLessThanOrEqual(binomialBounds(bakes, 0.01, 0.998).high);
    },
  );

  test("load that swings between the tracks doesn't blame the candidate", () => {
    let failed = 0;
    for (let bake = 0; bake < 50; bake++) {
      const random = seededRandom(900 + bake);
      const gate = newGate({ horizonSeconds: HOUR });
      const next = (i: number) =>
        second(random, [i % 60 < 30 ? 1 : 12, 0.004], [i % 40 < 20 ? 20 : 2, 0.004]);
      if (secondsToFail(gate, HOUR, next)) failed++;
    }
    expect(failed).toBeLessThanOrEqual(binomialBounds(50, 0.01, 0.998).high);
  });
});

describe("regressions", () => {
  test.each([0.5, 1])(
    "a candidate that fails %d of its requests is found within a few dozen of them",
    (share) => {
      const requests: number[] = [];
      for (let bake = 0; bake < 40; bake++) {
        const random = seededRandom(bake);
        const gate = experienced(bake);
        requests.push(3 * secondsToFail(gate, 600, () => second(random, [3, share], [17, 0.001]))!);
      }
      requests.sort((a, b) => a - b);
      expect(requests[20]).toBeLessThanOrEqual(48);
      expect(requests.at(-1)).toBeLessThanOrEqual(60);
    },
  );

  test("without any history too", () => {
    const random = seededRandom(5);
    const requests = 3 * secondsToFail(newGate(), 600, () => second(random, [3, 1], [17, 0.001]))!;
    expect(requests).toBeLessThanOrEqual(60);
  });

  test("one that starts after 10 hours is found about as fast as one at the start", () => {
    const early: number[] = [];
    const late: number[] = [];
    for (let bake = 0; bake < 12; bake++) {
      const random = seededRandom(bake);
      const gate = experienced(bake);
      const worse = () => second(random, [5, 0.02], [15, 0.001]);
      early.push(secondsToFail(structuredClone(gate), 2 * HOUR, worse)!);
      expect(secondsToFail(gate, 10 * HOUR, () => second(random, [5, 0.001], [15, 0.001]))).toBeUndefined();
      late.push(secondsToFail(gate, 2 * HOUR, worse)!);
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[6]!;
    expect(median(late)).toBeLessThan(2 * median(early));
  });

  test("twice as many errors are found by the end of the bake", () => {
    for (let bake = 0; bake < 5; bake++) {
      const random = seededRandom(bake);
      const gate = experienced(bake);
      expect(secondsToFail(gate, 6 * HOUR, () => second(random, [25, 0.002], [75, 0.001]))).toBeDefined();
    }
  });

  test("a failure stays one, and a restart doesn't forget it", () => {
    const random = seededRandom(1);
    const gate = experienced(1);
    secondsToFail(gate, 600, () => second(random, [3, 1], [17, 0.001]));
    const restarted: Gate = JSON.parse(JSON.stringify(gate));
    for (let i = 0; i < HOUR; i++) observe(restarted, second(random, [3, 0], [17, 0]));
    expect(verdictOf(restarted, true)).toMatchObject({ outcome: "fail", hold: false, toFail: 1 });
  });
});

describe("one client", () => {
  // A client that retries each second and always fails, on an otherwise healthy candidate, at any time of the bake.
  test.each([0, 59, HOUR])("that retries ten times at second %d doesn't decide", (at) => {
    for (let bake = 0; bake < 20; bake++) {
      const random = seededRandom(bake);
      const gate = experienced(bake);
      const next = (i: number) => {
        const { candidate, stable } = second(random, [5, 0.001], [15, 0.001]);
        const retry = i >= at && i < at + 10 ? 1 : 0;
        return { candidate: { requests: candidate.requests + retry, bad: candidate.bad + retry }, stable };
      };
      expect(secondsToFail(gate, at + 120, next)).toBeUndefined();
    }
  });
});

describe("both tracks", () => {
  test("that break the objective together are a hold, not a rollback", () => {
    for (let bake = 0; bake < 20; bake++) {
      const random = seededRandom(bake);
      const gate = experienced(bake);
      expect(secondsToFail(gate, 900, () => second(random, [5, 0.3], [15, 0.3]))).toBeUndefined();
      expect(verdictOf(gate, true)).toMatchObject({ outcome: "wait", hold: true });
      expect(verdictOf(gate, true).reason).toMatch(
        /^errors: both tracks break the objective .*: hold and page$/,
      );
    }
  });

  test("that fail wholly together are a hold at once", () => {
    const gate = experienced(3);
    for (let i = 0; i < 60; i++) observe(gate, second(seededRandom(i), [5, 1], [15, 1]));
    expect(verdictOf(gate, false)).toMatchObject({ outcome: "wait", hold: true });
  });

  test("that were sick together and are well again don't blame the candidate later, however thin the outage gets", () => {
    for (const share of [0.1, 0.3, 0.9]) {
      const random = seededRandom(1);
      // Little is known of stable: then the suspicion outlives the outage longest.
      const gate = newGate({ horizonSeconds: HOUR, falseAlarm: 0.0033 });
      for (let i = 0; i < 600; i++) learn(gate, { requests: 300, bad: badOf(random, 300, 0.001) });
      const outage = secondsToFail(gate, 30, () => second(random, [150, share], [150, share]));
      expect(verdictOf(gate, false).hold).toBe(true);
      const after = secondsToFail(gate, 3 * HOUR, () => second(random, [150, 0.001], [150, 0.001]));
      expect([outage, after]).toEqual([undefined, undefined]);
    }
  });

  test("that were sick together don't hide a candidate that gets worse than stable afterwards", () => {
    const random = seededRandom(8);
    const gate = experienced(8);
    expect(secondsToFail(gate, 30, () => second(random, [150, 0.3], [150, 0.3]))).toBeUndefined();
    expect(secondsToFail(gate, 60, () => second(random, [150, 0.001], [150, 0.001]))).toBeUndefined();
    expect(secondsToFail(gate, 60, () => second(random, [150, 0.3], [150, 0.001]))).toBeDefined();
  });

  test("a candidate far worse than a stable that is bad too is rolled back", () => {
    const random = seededRandom(4);
    const gate = experienced(4);
    expect(secondsToFail(gate, 900, () => second(random, [5, 0.6], [15, 0.05]))).toBeDefined();
  });

  test("without stable's traffic the objective decides", () => {
    const random = seededRandom(4);
    const gate = newGate();
    expect(secondsToFail(gate, 900, () => second(random, [20, 0.05], [0, 0]))).toBeDefined();
    expect(gate.failed!.reason).toMatch(
      /^errors: candidate: .* requests failed .*; over the objective of 1 %$/,
    );
  });
});

describe("passing", () => {
  const healthy = (seconds: number, share = 0.001) => {
    const random = seededRandom(8);
    return Array.from({ length: seconds }, () => second(random, [10, share], [90, share]));
  };

  test("takes the evidence, the sample and the bake", () => {
    expect(analyse({}, healthy(600))).toMatchObject({ outcome: "pass", hold: false, toPass: 1 });
    expect(analyse({}, healthy(600), { baked: false })).toMatchObject({
      outcome: "wait",
      reason: "errors: good so far, the bake goes on",
    });
    expect(analyse({ minRequests: 7000 }, healthy(600))).toMatchObject({
      outcome: "wait",
      reason: "errors: 6000 of at least 7000 requests",
    });
  });

  test("never comes from no data, nor does failure", () => {
    const silence = Array.from({ length: HOUR }, () => ({
      candidate: { requests: 0, bad: 0 },
      stable: { requests: 90, bad: 0 },
    }));
    expect(analyse({}, silence)).toMatchObject({
      outcome: "wait",
      reason: "errors: no data from the candidate",
      toFail: 0,
    });
    expect(analyse({}, [])).toMatchObject({ outcome: "wait" });
  });

  test("a candidate twice as bad as stable passes in at most 5 % of bakes", () => {
    let passed = 0;
    for (let bake = 0; bake < 300; bake++) {
      const random = seededRandom(bake);
      const intervals = Array.from({ length: 1800 }, () => second(random, [10, 0.016], [10, 0.008]));
      if (analyse({ horizonSeconds: HOUR }, intervals).outcome === "pass") passed++;
    }
    expect(passed).toBeLessThanOrEqual(binomialBounds(300, 0.05, 0.998).high);
  });

  test("one that is twice as bad and well within the objective passes in about seven of ten bakes, as docs/theory.md says", () => {
    const bakes = 100;
    let passed = 0;
    for (let bake = 0; bake < bakes; bake++) {
      const random = seededRandom(bake);
      const intervals = Array.from({ length: 1800 }, () => second(random, [3, 0.002], [27, 0.001]));
      if (analyse({}, intervals).outcome === "pass") passed++;
    }
    const { low, high } = binomialBounds(bakes, 0.7, 0.998);
    expect(passed).toBeGreaterThanOrEqual(low);
    expect(passed).toBeLessThanOrEqual(high);
  });
});

test("the verdict shows its evidence", () => {
  const random = seededRandom(2);
  const gate = experienced(2);
  const seen: number[] = [];
  for (let i = 0; i < 30 && !gate.failed; i++) {
    observe(gate, second(random, [3, 0.5], [17, 0.001]));
    seen.push(verdictOf(gate, false).toFail);
  }
  expect(seen.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(seen.at(-1)).toBe(1);
  expect(gate.failed!.reason).toMatch(
    /^errors: candidate: \d+ of \d+ requests failed \(\d+(\.\d+)? %\), stable \d+ of \d+; worse than stable.*$/,
  );
});
