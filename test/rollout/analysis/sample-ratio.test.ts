import { describe, expect, test } from "vitest";
import { worse } from "../../../rollout/analysis/evidence/odds.ts";
import { logGamma, logMismatch, partOf } from "../../../rollout/analysis/sample-ratio.ts";
import { seededRandom } from "../../../rollout/load/random.ts";

const RATE = 0.001;
const SHARES = [0.01, 0.1, 0.25, 0.5, 0.9];

/** For each number of sessions the fewest and the most of the candidate's that still fit. */
function bounds(share: number, most: number, bound: number) {
  const fits = (sessions: number, candidate: number) =>
    candidate >= 0 && candidate <= sessions && logMismatch({ sessions, candidate }, share) < bound;
  let [low, high] = [0, 0];
  return Array.from({ length: most + 1 }, (_, sessions) => {
    // Each session moves either by one at most.
    while (!fits(sessions, low) && low < sessions) low += 1;
    high += 1;
    while (!fits(sessions, high) && high > low) high -= 1;
    return { low, high };
  });
}

/** The chance that the evidence is ever enough within so many sessions, looked at after each of them: worked out, not drawn. */
function chanceOfPause(share: number, really: number, most: number, bound: number): number {
  const within = bounds(share, most, bound);
  let chances = new Float64Array(most + 2);
  chances[0] = 1;
  let paused = 0;
  for (let sessions = 1; sessions <= most; sessions += 1) {
    const { low, high } = within[sessions]!;
    const before = within[sessions - 1]!;
    const next = new Float64Array(most + 2);
    for (let count = Math.max(0, before.low); count <= before.high; count += 1) {
      const here = chances[count]!;
      if (here === 0) continue;
      next[count]! += here * (1 - really);
      next[count + 1]! += here * really;
    }
    for (let count = Math.max(0, before.low); count <= before.high + 1; count += 1)
      if (count < low || count > high) {
        paused += next[count]!;
        next[count] = 0;
      }
    chances = next;
  }
  return paused;
}

describe("the evidence that sessions don't begin by the asked share", () => {
  test.each(SHARES)(
    "at %d is enough with a chance below 0.001 in all of a rollout's splits, however often one looks",
    (share) => {
      for (const really of [share, worse(share, 1.02), worse(share, 1 / 1.02)]) {
        const chances = [1, 2, 3].map((nth) =>
          chanceOfPause(share, really, 3_000, -Math.log(RATE * partOf(nth))),
        );
        expect(
          chances.reduce((sum, each) => sum + each, 0),
          String(really),
        ).toBeLessThan(RATE);
        // A test that can't say anything would keep it, too.
        expect(chances[0]).toBeGreaterThan(RATE / 1000);
      }
    },
  );

  test("is never enough on 400 days of 20,000 sessions each that are split by the weights", () => {
    const random = seededRandom(13);
    let paused = 0;
    for (let day = 0; day < 400; day += 1) {
      for (const [index, share] of [0.1, 0.25, 0.5].entries()) {
        const bound = -Math.log(RATE * partOf(index + 1));
        const begun = { sessions: 0, candidate: 0 };
        let most = 0;
        while (begun.sessions < 7_000) {
          const came = 1 + Math.floor(20 * random());
          begun.sessions += came;
          for (let each = 0; each < came; each += 1) if (random() < share) begun.candidate += 1;
          most = Math.max(most, logMismatch(begun, share));
        }
        if (most >= bound) paused += 1;
      }
    }
    expect(paused).toBeLessThanOrEqual(1);
  });

  test.each([
    // [asked, real, sessions within which 95 of 100 are found]
    [0.25, 1, 16],
    [0.1, 0, 150],
    [0.25, 0.5, 150],
    [0.1, 0.2, 500],
    [0.5, 0.55, 5_000],
  ])("at %d finds that %d come within %i sessions", (share, really, within) => {
    const chance = chanceOfPause(share, really, within, -Math.log(RATE * partOf(1)));
    expect(chance).toBeGreaterThan(0.95);
    expect(chanceOfPause(share, really, Math.floor(within / 4), -Math.log(RATE * partOf(1)))).toBeLessThan(
      0.95,
    );
  });

  test("says nothing before the first session, and the same of either track", () => {
    expect(logMismatch({ sessions: 0, candidate: 0 }, 0.1)).toBe(0);
    for (const [candidate, share] of [
      [3, 0.1],
      [40, 0.25],
      [70, 0.5],
    ] as const)
      expect(logMismatch({ sessions: 100, candidate }, share)).toBeCloseTo(
        logMismatch({ sessions: 100, candidate: 100 - candidate }, 1 - share),
        9,
      );
  });

  test("parts of the rate sum to no more than all of it", () => {
    const sum = Array.from({ length: 1000 }, (_, index) => partOf(index + 1)).reduce(
      (all, each) => all + each,
      0,
    );
    expect(sum).toBeLessThan(1);
    expect(sum).toBeGreaterThan(0.99);
  });

  // Abramowitz and Stegun, table 6.1 and the factorials.
  test.each([
    [0.1, 2.252712651734206],
    [0.5, Math.log(Math.PI) / 2],
    [1, 0],
    [2, 0],
    [11, Math.log(3_628_800)],
    [171, 706.5730622457874],
    [1e6, 12_815_504.569147611],
  ])("logGamma(%d) is %d", (x, value) => {
    expect(Math.abs(logGamma(x) - value)).toBeLessThan(1e-9 * Math.max(1, value / 1000));
  });
});
