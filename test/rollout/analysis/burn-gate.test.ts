import { describe, expect, test } from "vitest";
import {
  beginBurnStep,
  burnVerdict,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../../../rollout/analysis/burn/burn-gate.ts";
import { BURN_RULES } from "../../../rollout/analysis/burn/burn-rate.ts";
import { addInterval, newBurnWindows } from "../../../rollout/analysis/burn/burn-windows.ts";
import type { Counts } from "../../../rollout/analysis/counts.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { burnRates } from "../../support/whole-sequences.ts";

const settings = {
  objective: 0.999,
  falseAlarm: 0.0033,
  minRequests: 200,
  horizonSeconds: 24 * 3600,
  intervalSeconds: 1,
};

/** Rounds to the next whole request by chance. */
function countsOf(random: () => number, requests: number, share: number): Counts {
  let bad = 0;
  for (let i = 0; i < requests; i++) if (random() < share) bad++;
  return { requests, bad };
}

function gateAfter(seconds: number, perSecond: number, candidate: number, stable: number, seed = 1) {
  const random = seededRandom(seed);
  const gate = newBurnGate(settings);
  beginBurnStep(gate);
  for (let i = 0; i < seconds; i++) {
    const interval = {
      candidate: countsOf(random, perSecond, candidate),
      stable: countsOf(random, perSecond, stable),
    };
    observeBurn(gate, interval, 1);
  }
  return gate;
}

describe("the burn-rate gate", () => {
  test("passes a candidate within the objective, once the bake is over", () => {
    const gate = gateAfter(1800, 10, 0.0005, 0.0005);
    expect(burnVerdict(gate, false)).toMatchObject({ outcome: "wait", hold: false });
    expect(burnVerdict(gate, true)).toMatchObject({ outcome: "pass", toPass: 1 });
    expect(burnVerdict(gate, true).reason).toContain("burn rate of 99.9 %: the error budget lasts");
  });

  test("fails one that burns 14.4 times too fast, and the failure stays", () => {
    const gate = gateAfter(300, 10, 0.03, 0.0005);
    expect(burnVerdict(gate, false)).toMatchObject({ outcome: "fail", toFail: 1 });
    for (let i = 0; i < 20_000; i++)
      observeBurn(gate, { candidate: { requests: 10, bad: 0 }, stable: { requests: 10, bad: 0 } }, 1);
    expect(burnVerdict(gate, true).outcome).toBe("fail");
  });

  test("isn't taken in by one error among the first requests", () => {
    const gate = newBurnGate(settings);
    beginBurnStep(gate);
    const none = { requests: 0, bad: 0 };
    observeBurn(gate, { candidate: { requests: 12, bad: 1 }, stable: none }, 1);
    expect(burnVerdict(gate, false).outcome).toBe("wait");
    expect(burnVerdict(gate, false).toFail).toBeLessThan(1);
  });

  test("sends a healthy candidate back in less than 1 % of rollouts, at the very objective and looked at each second", () => {
    const failed = Array.from({ length: 200 }, (_, seed) => gateAfter(1200, 5, 0.001, 0.001, seed + 1));
    expect(failed.filter(({ failed }) => failed).length).toBeLessThanOrEqual(2);
  });

  test("holds where stable burns as fast: the candidate isn't blamed", () => {
    const gate = gateAfter(300, 10, 0.05, 0.05);
    expect(burnVerdict(gate, true)).toMatchObject({ outcome: "wait", hold: true });
    expect(burnVerdict(gate, true).reason).toContain("both tracks burn");
  });

  test("doesn't blame the candidate when an outage of both gets thin", () => {
    for (const outage of [0.1, 0.3, 0.9]) {
      for (let seed = 0; seed < 4; seed++) {
        const random = seededRandom(seed);
        const gate = newBurnGate(settings);
        for (let i = 0; i < 600; i++) learnBurn(gate, countsOf(random, 300, 0.0003));
        beginBurnStep(gate);
        for (let i = 0; i < 3600; i++) {
          const share = i >= 20 && i < 50 ? outage : 0.0003;
          const interval = { candidate: countsOf(random, 50, share), stable: countsOf(random, 100, share) };
          observeBurn(gate, interval, 4);
        }
        expect(gate.failed).toBeUndefined();
      }
    }
  });

  test("keeps one that is only just over the budget from passing, without sending it back", () => {
    const gate = gateAfter(4 * 3600, 20, 0.003, 0.0002);
    expect(burnVerdict(gate, true)).toMatchObject({ outcome: "wait", hold: false });
    expect(burnVerdict(gate, true).reason).toContain("no reason to go on");
  });

  test("doesn't blame the candidate for stable's habit, once stable serves nothing to compare with", () => {
    const random = seededRandom(5);
    const none = { requests: 0, bad: 0 };
    const decided = (habit: number, share: number) => {
      const gate = newBurnGate(settings);
      for (let i = 0; i < 3600; i++) learnBurn(gate, countsOf(random, 20, habit));
      beginBurnStep(gate);
      for (let i = 0; i < 3600; i++)
        observeBurn(gate, { candidate: countsOf(random, 20, share), stable: none }, 1);
      return burnVerdict(gate, true);
    };
    expect(decided(0.003, 0.003)).toMatchObject({ outcome: "pass" });
    expect(decided(0.0075, 0.0075)).toMatchObject({ outcome: "wait", hold: false });
    expect(decided(0.0005, 0.0075)).toMatchObject({ outcome: "fail" });
    expect(decided(0.003, 0.0075)).toMatchObject({ outcome: "fail" });
  });

  test("waits without data, and for the least of it", () => {
    const gate = newBurnGate(settings);
    expect(burnVerdict(gate, true).reason).toContain("no data from the candidate");
    beginBurnStep(gate);
    const some = { requests: 5, bad: 0 };
    observeBurn(gate, { candidate: some, stable: some }, 1);
    expect(burnVerdict(gate, true)).toMatchObject({ outcome: "wait" });
    expect(burnVerdict(gate, true).reason).toContain("5 of at least 200 requests");
  });

  test("refuses an objective that can't be burned", () => {
    expect(() => newBurnGate({ ...settings, objective: 1 })).toThrow(
      "objective must be above 0.5 and below 1",
    );
  });
});

test("windows that move on hold what adding up anew would", () => {
  const random = seededRandom(3);
  const windows = newBurnWindows(60);
  const stream: Counts[] = [];
  for (let i = 0; i < 10_000; i++) {
    stream.push(countsOf(random, 4, 0.2));
    addInterval(windows, stream.at(-1)!);
    if (i % 997 !== 0) continue;
    const direct = burnRates(0.999, stream, 60);
    for (const [index, { long, short }] of windows.totals.entries()) {
      expect(long.bad / long.requests / 0.001).toBeCloseTo(direct[index]!.long, 6);
      expect(short.bad / short.requests / 0.001).toBeCloseTo(direct[index]!.short, 6);
    }
  }
  // Three days of minutes, twice at most.
  expect(windows.stream.length).toBeLessThan((2 * BURN_RULES[2]!.longSeconds) / 60 + 3);
});
