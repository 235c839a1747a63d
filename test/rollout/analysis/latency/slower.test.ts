import { describe, expect, test } from "vitest";
import {
  beginSlowerStep,
  convictSlower,
  learnSlower,
  newSlower,
  observeSlower,
  type Slower,
  slowerEvidence,
  slowerVerdict,
} from "../../../../rollout/analysis/latency/slower.ts";
import { addTime, addTimes, type Times } from "../../../../rollout/analysis/latency/times.ts";
import { gateSettings } from "../../../../rollout/analysis/settings.ts";
import { binomialBounds } from "../../../../rollout/load/binomial.ts";
import { type Random, seededRandom } from "../../../../rollout/load/random.ts";

// How long answers take is compared with stable's from quick ones to the slowest, whatever the plan's limit is.

const settings = (change = {}) => gateSettings({ indicator: "slower", horizonSeconds: 3600, ...change });

/** Response times, of which each is as likely: the share of each edge. */
type Drawn = Times;

/** The same two thousand of a normal distribution for all, so that a track that takes as long times something does so exactly. */
const NORMAL = (() => {
  const random = seededRandom(1);
  const one = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: 2000 }, one);
})();

/** Log-normal, as response times are. @param median in milliseconds */
function usual(median: number, spread = 0.5): Drawn {
  let times: Times = {};
  for (const each of NORMAL) times = addTime(times, median * Math.exp(spread * each), 1 / NORMAL.length);
  return times;
}

/** Three in a hundred take `tail`, and are over a limit of 500 ms anyhow. */
function tailed(tail: number): Drawn {
  const part = (times: Drawn, share: number) =>
    Object.fromEntries(Object.entries(times).map(([edge, each]) => [edge, share * each]));
  return addTimes(part(usual(60), 0.97), part(usual(tail, 0.1), 0.03));
}

/** So many requests by chance. */
function drawn(random: Random, requests: number, of: Drawn): Times {
  const told = Object.entries(of).map(([edge, share]) => [edge, poisson(random, requests * share)] as const);
  return Object.fromEntries(told.filter(([, count]) => count > 0));
}

/** A Poisson count: by a product of chances (Knuth), in parts, as its logarithm has an end. */
function poisson(random: Random, mean: number): number {
  if (mean > 500) return poisson(random, mean / 2) + poisson(random, mean / 2);
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}

interface Day {
  candidate: Drawn;
  stable: Drawn;
  /** How often ten seconds have a stall of three, in which all of one track's answers take a second. */
  stalls?: number;
}

/** The candidate has 5 of 50 requests/s. @returns after how many seconds of a quarter of an hour it is found */
function played(seed: number, { candidate, stable, stalls = 0 }: Day): [Slower, number] {
  const random = seededRandom(seed);
  const slower = newSlower(settings(), 500);
  const track = (rate: number, of: Drawn) => () =>
    random() < stalls
      ? addTimes({ 1300: 3 * rate }, drawn(random, 7 * rate, of))
      : drawn(random, 10 * rate, of);
  const [before, mine, theirs] = [track(50, stable), track(5, candidate), track(45, stable)];
  for (let i = 0; i < 360; i++) learnSlower(slower, before());
  beginSlowerStep(slower);
  for (let i = 0; i < 90; i++) {
    observeSlower(slower, mine(), theirs());
    if (slower.failed) return [slower, 10 * (i + 1)];
  }
  return [slower, Number.POSITIVE_INFINITY];
}

const median = (day: Day) =>
  Array.from({ length: 7 }, (_, seed) => played(seed + 1, day)[1]).sort((a, b) => a - b)[3]!;

describe("answers that take longer", () => {
  test("are found where the median doubles far below the limit", () => {
    expect(median({ candidate: usual(120), stable: usual(60) })).toBeLessThan(180);
  });

  test("and where those over the limit, as many as stable's, take several times as long", () => {
    expect(median({ candidate: tailed(4000), stable: tailed(650) })).toBeLessThan(300);
  });

  test("are told by the edge that speaks loudest", () => {
    const [slower] = played(1, { candidate: tailed(4000), stable: tailed(650) });
    expect(slower.failed!.reason).toMatch(
      /^slower: candidate: [\d.]+ % of answers over (\d+) ms \(\d+ of [\d,]+\), stable [\d.]+ % \([\d,]+ of [\d,]+\); over 1\.4 times as slow as stable$/,
    );
    const [, edge] = /over (\d+) ms/.exec(slower.failed!.reason)!;
    expect(Number(edge)).toBeGreaterThan(650);
    expect(slower.failed!.stable.bad / slower.failed!.stable.requests).toBeLessThan(0.005);
    expect(slowerVerdict(slower)).toBe(slower.failed);
  });

  test.each<[string, Day]>([
    ["a third longer, by colder caches or another machine", { candidate: usual(80), stable: usual(60) }],
    ["shorter", { candidate: usual(30), stable: usual(60) }],
    ["longer on both", { candidate: usual(600), stable: usual(600) }],
    ["twice a time that nobody notices", { candidate: usual(10, 0.2), stable: usual(5, 0.2) }],
  ])("%s is let be", (_, day) => {
    for (let seed = 1; seed <= 3; seed++) expect(played(seed, day)[0].failed).toBeUndefined();
  });

  test("of a limit far from all that is told apart are compared all the same", () => {
    for (const limitMs of [0.1, 10_000_000])
      expect(newSlower(settings(), limitMs).channels.length).toBeGreaterThan(2);
  });
});

describe("a candidate as quick as stable", () => {
  // Where the shares at the two edges are the same, the most that "no slower" permits; and both stall for some seconds now and then.
  test.each([0, 0.01])("isn't sent back more often than promised: %s", (stalls) => {
    const days = 60;
    const failed = Array.from(
      { length: days },
      (_, seed) => played(900 + seed, { candidate: usual(137), stable: usual(100), stalls })[0].failed,
    );
    const { high } = binomialBounds(days, 0.01, 0.998);
    expect(failed.filter(Boolean).length).toBeLessThanOrEqual(high);
  });
});

describe("evidence", () => {
  const one = (falseAlarm: number) => {
    const slower = newSlower(settings({ falseAlarm }), 500);
    beginSlowerStep(slower);
    for (let i = 0; i < 8; i++) observeSlower(slower, { 900: 10 }, { 80: 10 });
    return slower;
  };

  test("fails just at its false-alarm rate", () => {
    const value = slowerEvidence(one(1e-9));
    expect(value).toBeGreaterThan(2);
    expect(one((1 / value) * 1.000001).failed).toBeDefined();
    expect(one((1 / value) * 0.999999).failed).toBeUndefined();
    expect(slowerVerdict(one((1 / value) * 0.999999)).toFail).toBeCloseTo(1, 5);
  });

  test("isn't there without stable, nor where no times are told", () => {
    for (const mine of [{ 900: 10 }, {}] as Times[]) {
      const slower = newSlower(settings(), 500);
      for (let i = 0; i < 300; i++) observeSlower(slower, mine, {});
      expect(slowerEvidence(slower)).toBeLessThan(1);
      expect(slowerVerdict(slower)).toMatchObject({ outcome: "pass", toFail: 0 });
    }
  });

  test("that others give too is told with them, and a step counts anew", () => {
    const slower = one(1e-9);
    convictSlower(slower, ["cut"]);
    expect(slower.failed!.method).toBe("over 1.4 times as slow as stable, and so says cut");
    beginSlowerStep(slower);
    expect(slower.step).toEqual({ candidate: {}, stable: {} });
  });
});
