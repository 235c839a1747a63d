import { describe, expect, test } from "vitest";
import { given } from "../../../infra/sure.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import {
  addSlow,
  addTally,
  type BySession,
  NO_TALLY,
  type TrackCounts,
} from "../../../rollout/core/verdict.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { type Random, seededRandom } from "../../../rollout/load/random.ts";
import { withRepeatsPlaced } from "../../../rollout/platforms/aws/metrics/ways.ts";
import { FailedClients, Repeats, SlowRepeats } from "../../../rollout/platforms/rehearsal/rollout/repeats.ts";
import type { LoggedAnswer } from "../../../rollout/platforms/rehearsal/servers/answers.ts";
import { indicatorsOf } from "../../../rollout/run/gates/indicators.ts";

// Browsers that stay with a version and ask again and again for what fails, on either track. Nothing is wrong with the candidate.

const HELD = {
  ...{ time: "", track: "green", address: "198.51.100.1", status: 500, seconds: 0, session: "held" },
};
const HOUR = 3600;
const [BEFORE, ROLLOUT] = [2 * HOUR, 4 * HOUR];
const plan = planOf({
  steps: [
    { weight: 25, bake: "4h" },
    { weight: 100, bake: "1h" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 100 },
  freeze: [],
});

interface Sick {
  from: number;
  to: number;
  track: string;
}

/** A browser an hour that polls what is broken for half an hour; while the rollout lasts a quarter of them meets the candidate. */
function sickBrowsers(random: Random): Sick[] {
  const gap = (mean: number) => -mean * Math.log(1 - random());
  const all: Sick[] = [];
  for (let from = -BEFORE - HOUR + gap(HOUR); from < ROLLOUT; from += gap(HOUR))
    all.push({ from, to: from + gap(HOUR / 2), track: from >= 0 && random() < 0.25 ? "green" : "blue" });
  return all;
}

/** How many of so many requests fail by chance, one in a thousand. */
function failing(random: Random, requests: number): number {
  const least = Math.exp(-requests / 1000);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}

type What = "errors" | "slow";
const indicatorOf = (what: What) => given(indicatorsOf(plan)[what === "errors" ? 0 : 1], what);

/** @param accounted whether it is known who repeats what has been counted */
function isRolledBack(
  { seed, rate, what }: { seed: number; rate: number; what: What },
  accounted: boolean,
): { failed: boolean; exposed: boolean } {
  const random = seededRandom(seed);
  const sick = sickBrowsers(random);
  const gate = indicatorOf(what);
  const [repeats, slowRepeats] = [new Repeats(), new SlowRepeats()];
  const bySession = (answer: LoggedAnswer, at: number): BySession & Pick<TrackCounts, "repeated"> => {
    if (what === "slow") return slowRepeats.take(answer, true, at);
    return repeats.take(answer, at) ? { repeated: { bad: 1, total: 1 } } : {};
  };
  const counted = (track: string, rest: number, at: number): TrackCounts => {
    const mine = sick.filter((each) => each.track === track && each.from <= at && at < each.to);
    const told = mine.map(({ from }) => bySession({ ...HELD, track, address: `a${from}` }, at));
    const again = told.reduce((sum, { repeated }) => addTally(sum, repeated ?? NO_TALLY), NO_TALLY);
    const requests = rest + mine.length;
    const counts = { requests, errors: 0, slow: 0, [what]: failing(random, rest) + mine.length };
    return accounted ? { ...counts, repeated: again, ...told.reduce(addSlow, {}) } : counts;
  };
  for (let at = -BEFORE; at < 0; at += 1) gate.learn(counted("blue", 4 * rate, at));
  gate.beginStep();
  for (let at = 0; at < ROLLOUT; at += 1) {
    gate.observe(counted("green", rate, at), counted("blue", 3 * rate, at));
    if (gate.verdict(false).outcome === "fail") return { failed: true, exposed: true };
  }
  return { failed: false, exposed: sick.some(({ track }) => track === "green") };
}

describe("users who repeat themselves", () => {
  test.each<[What, number]>([
    ["errors", 3],
    ["errors", 30],
    ["slow", 3],
  ])(
    "send no healthy candidate back more often than is promised: %s at %i requests a second",
    (what, rate) => {
      const days = 30;
      let [failed, exposed] = [0, 0];
      for (let day = 0; day < days; day += 1) {
        const told = isRolledBack({ seed: rate * 1_000 + day, rate, what }, true);
        failed += told.failed ? 1 : 0;
        exposed += told.exposed ? 1 : 0;
      }
      // The candidate has some on most days, and the promise is of all days.
      expect(exposed).toBeGreaterThan(days / 3);
      expect(failed).toBeLessThanOrEqual(binomialBounds(days, 0.01, 0.998).high);
    },
  );

  test.each<What>(["errors", "slow"])(
    "would send it back on most days on which it has one, if each counted: %s",
    (what) => {
      const days = Array.from({ length: 20 }, (_, day) =>
        isRolledBack({ seed: 3_000 + day, rate: 3, what }, false),
      );
      const exposed = days.filter((day) => day.exposed);
      expect(exposed.filter((day) => day.failed).length).toBeGreaterThan(exposed.length / 2);
    },
  );
});

describe("a candidate that keeps one answer in five too long", () => {
  /** Every user is held, and asks every ten seconds. @returns after how many seconds it is found */
  function found(users: number, accounted: boolean): number {
    const random = seededRandom(users);
    const [gate, repeats] = [indicatorOf("slow"), new SlowRepeats()];
    const asked = (track: string, from: number, to: number, share: number, at: number): TrackCounts => {
      let counts: TrackCounts = { requests: 0, errors: 0, slow: 0 };
      for (let user = from; user < to; user += 1) {
        if ((user + at) % 10 !== 0) continue;
        const slow = random() < share;
        const answer = { ...HELD, track, address: `a${user}` };
        const told = accounted ? addSlow(counts, repeats.take(answer, slow, at)) : {};
        counts = { ...counts, requests: counts.requests + 1, slow: counts.slow + (slow ? 1 : 0), ...told };
      }
      return counts;
    };
    for (let at = -1_800; at < 0; at += 1) gate.learn(asked("blue", 0, users, 0.01, at));
    gate.beginStep();
    for (let at = 0; at < ROLLOUT; at += 1) {
      gate.observe(asked("green", 0, users / 4, 0.2, at), asked("blue", users / 4, users, 0.01, at));
      if (gate.verdict(false).outcome === "fail") return at;
    }
    return Number.POSITIVE_INFINITY;
  }

  test.each([40, 160, 1_200])("is found no later by its users, of %i a quarter", (users) => {
    expect(found(users, true)).toBeLessThanOrEqual(found(users, false) + 2);
  });
});

describe("a slow answer of a session", () => {
  const told = (...answers: [at: number, isSlow: boolean][]) => {
    const repeats = new SlowRepeats();
    return answers.map(([at, isSlow]) => repeats.take(HELD, isSlow, at));
  };
  const [slow, fast] = [
    { bad: 1, total: 1 },
    { bad: 0, total: 1 },
  ];

  test("counts once in ten minutes, also of one that is slow all the time", () => {
    expect(
      told([0, false], [0, true], [1, true], [2, false], [599, true], [600, true], [601, false]),
    ).toEqual([
      { slowSessions: fast },
      { slowSessions: slow },
      { repeatedSlow: slow },
      { repeatedSlow: fast },
      { repeatedSlow: slow },
      { slowSessions: slow },
      { repeatedSlow: fast },
    ]);
  });

  test("counts each time where nobody is held", () => {
    const repeats = new SlowRepeats();
    const first = { ...HELD, session: "first" };
    expect([0, 1].map((at) => repeats.take(first, true, at))).toEqual([{}, {}]);
  });

  test("is taken out of what the gate counts with the session's other requests", () => {
    const gate = indicatorOf("slow");
    gate.beginStep();
    const seen = (repeatedSlow: TrackCounts["repeatedSlow"]) => ({
      requests: 10,
      errors: 0,
      slow: 3,
      repeatedSlow,
    });
    gate.observe(seen({ bad: 2, total: 4 }), seen(undefined));
    const { candidate, stable } = gate.verdict(false);
    expect([candidate, stable]).toEqual([
      { requests: 6, bad: 1 },
      { requests: 10, bad: 3 },
    ]);
  });
});

describe("an error of a session", () => {
  const answer = (more: object = {}) => ({
    ...{ ...HELD, track: "green", number: "07", agent: "Firefox" },
    ...more,
  });
  const told = (...answers: [after: number, more?: object][]) => {
    const repeats = new Repeats();
    return answers.map(([after, more]) => repeats.take(answer(more), after));
  };

  test("counts once until the session was well for ten minutes; what else it asks for meanwhile counts neither", () => {
    expect(told([0], [1], [2, { status: 200 }], [599], [1_198], [1_798], [1_799])).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  test("is another browser's where address, number or name differ, and another track's", () => {
    const others = [{ address: "198.51.100.2" }, { number: "08" }, { agent: "Safari" }, { track: "blue" }];
    expect(told([0], ...others.map((other) => [1, other] as [number, object]))).toEqual([
      false,
      ...others.map(() => false),
    ]);
  });

  test.each(["", "first", "again", "led", undefined])(
    "counts each time where nobody is held: %j",
    (session) => {
      expect(told([0, { session }], [1, { session }])).toEqual([false, false]);
    },
  );

  test("is taken out of the counts with the session's other requests, and never more than there is", () => {
    const [errors] = indicatorsOf(plan) as [ReturnType<typeof indicatorsOf>[number]];
    errors.beginStep();
    const seen = (repeated: TrackCounts["repeated"]) => ({ requests: 10, errors: 3, slow: 0, repeated });
    errors.observe(seen({ bad: 2, total: 4 }), seen({ bad: 5, total: 20 }));
    const { candidate, stable } = errors.verdict(false);
    expect([candidate, stable]).toEqual([
      { requests: 6, bad: 1 },
      { requests: 0, bad: 0 },
    ]);
  });
});

describe("a client's error", () => {
  const answer = (more: object = {}) => ({
    ...{ time: "", track: "green", address: "198.51.100.1", status: 500, seconds: 0, session: "", ...more },
  });

  test("counts once on a track until it was well for ten minutes, whoever holds it or not", () => {
    const failed = new FailedClients();
    const known = (at: number, more?: object) => failed.take(answer(more), at);
    expect([known(0), known(1), known(2, { status: 200 }), known(3, { session: "held" })]).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect([known(4, { track: "blue" }), known(4, { address: "198.51.100.2" })]).toEqual([false, false]);
    expect([known(602), known(1202)]).toEqual([true, false]);
  });

  test("isn't counted where nobody knows the client", () => {
    expect(new FailedClients().take({ ...answer(), address: undefined }, 0)).toBe(true);
  });
});

test("what is repeated in a minute is put where its errors are", () => {
  const second = (
    epochSecond: number,
    requests: number,
    errors: number,
    repeated?: TrackCounts["repeated"],
  ) => ({
    epochSecond,
    tracks: { green: { requests, errors, slow: 0, ...(repeated && { repeated }) } },
  });
  const placed = withRepeatsPlaced(
    [
      second(60, 5, 0, { bad: 2, total: 4 }),
      second(61, 5, 1),
      second(62, 5, 0, { bad: 0, total: 3 }),
      second(63, 5, 2),
      second(120, 5, 2),
    ],
    60,
  );
  expect(placed.map(({ tracks }) => tracks.green!.repeated)).toEqual([
    { bad: 0, total: 5 },
    { bad: 1, total: 2 },
    { bad: 0, total: 0 },
    { bad: 1, total: 0 },
    undefined,
  ]);
});
