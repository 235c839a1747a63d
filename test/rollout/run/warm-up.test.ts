import { describe, expect, test } from "vitest";
import { planOf } from "../../../rollout/core/plan.ts";
import type { TrackCounts } from "../../../rollout/core/verdict.ts";
import { WarmUp } from "../../../rollout/run/gates/warm-up.ts";
import { type ColdDay, playColdDay } from "./cold-days.ts";

/** More for who has the time: COLD_DAYS=300. */
const DAYS = Number(process.env.COLD_DAYS ?? 12);

function sentBack(day: Omit<ColdDay, "seed">, days = DAYS) {
  const played = Array.from({ length: days }, (_, seed) => playColdDay({ ...day, seed: seed + 1 }));
  return played.filter((each) => each !== undefined);
}

const until = (age: number, slow: number) => (at: number) => (at < age ? slow : 0.01);

describe.each([
  ["20 % slow for its first 10 s, at 30 requests/s", 30, until(10, 0.2)],
  ["20 % slow for its first 5 s, at 30 requests/s", 30, until(5, 0.2)],
  ["5 % slow for its first 30 s, at 30 requests/s", 30, until(30, 0.05)],
  ["20 % slow for its first 30 s, at 3 requests/s", 3, until(30, 0.2)],
])("a healthy candidate that is %s", (_, rate, slow) => {
  test("stays", () => {
    expect(sentBack({ rate, slow }).length / DAYS).toBeLessThanOrEqual(0.01);
  }, 600_000);
});

test("without a warm-up most of them go back, as they did", () => {
  expect(sentBack({ rate: 30, slow: until(10, 0.2), warmUp: "0s" }).length / DAYS).toBeGreaterThan(0.5);
});

test("one that stays slow is found no later than without a warm-up, and its length", () => {
  for (const share of [0.1, 0.2, 0.5]) {
    const day = { rate: 30, slow: () => share, seed: 5 };
    const today = playColdDay({ ...day, warmUp: "0s" })!.after;
    expect(playColdDay(day)!.after, `${share}`).toBeLessThanOrEqual(today + 40 + 10);
  }
});

test("newcomers of a healthy candidate may be slow at first, whenever they come", () => {
  const begin = [0, 0, 120, 200, 260, 340, 420, 500];
  expect(sentBack({ rate: 30, begin, slow: until(10, 0.2) })).toEqual([]);
});

test("one whose every new server is slow as long as it is new is found by that", () => {
  const found = sentBack({ rate: 30, begin: [0, 0, 120, 240, 360, 480], slow: until(40, 0.6) });
  expect(found).toHaveLength(DAYS);
  for (const { after, reason } of found) {
    expect(reason).toMatch(/^over 500 ms while warming up: /);
    expect(after).toBeLessThan(600);
  }
});

test("what fails while a server warms up is found as fast as ever", () => {
  const day = { rate: 30, slow: () => 0.01, errors: (age: number) => (age < 40 ? 0.2 : 0.001), seed: 3 };
  const { after, reason } = playColdDay(day)!;
  expect(reason).toMatch(/^errors: /);
  expect(after).toBe(playColdDay({ ...day, warmUp: "0s" })!.after);
  expect(after).toBeLessThan(15);
});

describe("what is left out", () => {
  const counts = (servers: TrackCounts["servers"], of: Partial<TrackCounts> = {}): TrackCounts => ({
    ...{ requests: 10, errors: 3, slow: 4 },
    ...of,
    ...(servers && { servers }),
  });
  const second = (epochSecond: number, green: TrackCounts, blue?: TrackCounts) => ({
    epochSecond,
    tracks: { green, ...(blue && { blue }) },
  });

  test("a server is warm when its time is over, to the second", () => {
    const warmUp = new WarmUp(30);
    const slowAt = (at: number) =>
      warmUp.take(second(at, counts({ a: { began: 100, requests: 10, slow: 4 } })), "green", 50)("green");
    expect(slowAt(100).warm).toMatchObject({ requests: 0, slow: 0, errors: 3 });
    expect(slowAt(129).warm).toMatchObject({ requests: 0, slow: 0 });
    expect(slowAt(129).warmedUp).toBeUndefined();
    const ended = slowAt(130);
    expect(ended.warm).toMatchObject({ requests: 10, slow: 4 });
    expect(ended.warmedUp).toEqual({ requests: 30, errors: 0, slow: 12 });
    expect(slowAt(131).warmedUp).toBeUndefined();
  });

  test("the candidate's servers that waited for the first step warm up then, stable's when they came", () => {
    const warmUp = new WarmUp(30);
    const old = counts({ a: { began: 10, requests: 10, slow: 4 } });
    const seen = warmUp.take(second(1000, old, old), "green", 995);
    expect(seen("green").warm).toMatchObject({ requests: 0, slow: 0 });
    expect(seen("blue").warm).toMatchObject({ requests: 10, slow: 4 });
    expect(seen("green").all).toBe(old);
  });

  test("of several servers only what the new one answered", () => {
    const servers = {
      a: { began: 0, requests: 7, slow: 1 },
      b: { began: 90, requests: 3, slow: 3 },
    };
    const seen = new WarmUp(30).take(second(100, counts(servers)), "green", 0);
    expect(seen("green").warm).toMatchObject({ requests: 7, slow: 1 });
  });

  test("with it what its sessions repeated, which isn't taken out twice", () => {
    const [many, some] = [
      { bad: 3, total: 6 },
      { bad: 1, total: 2 },
    ];
    const servers = {
      a: { began: 0, requests: 6, slow: 3, repeatedSlow: { bad: 2, total: 4 }, slowSessions: some },
      b: { began: 90, requests: 4, slow: 1, repeatedSlow: some, slowSessions: some },
    };
    const all = counts(servers, { repeatedSlow: many, slowSessions: { bad: 2, total: 4 } });
    expect(new WarmUp(30).take(second(100, all), "green", 0)("green").warm).toMatchObject({
      ...{ requests: 6, slow: 3, slowSessions: some },
      repeatedSlow: { bad: 2, total: 4 },
    });
  });

  test("never more than there is, and nothing where servers aren't told apart", () => {
    const many = counts({ a: { began: 95, requests: 12, slow: 6 } });
    expect(new WarmUp(30).take(second(100, many), "green", 0)("green").warm).toMatchObject({
      requests: 0,
      slow: 0,
    });
    const plain = counts(undefined);
    expect(new WarmUp(30).take(second(100, plain), "green", 0)("green").warm).toBe(plain);
    const none = counts({ a: { began: 95, requests: 10, slow: 4 } });
    expect(new WarmUp(0).take(second(100, none), "green", 0)("green").warm).toBe(none);
  });

  test("who waits beyond the limit, too, and no other way", () => {
    const ways = {
      unfinished: { bad: 4, total: 10 },
      "4xx": { bad: 1, total: 5 },
    };
    const servers = { a: { began: 0, requests: 6, slow: 1 }, b: { began: 95, requests: 4, slow: 3 } };
    const { warm } = new WarmUp(30).take(second(100, counts(servers, { ways })), "green", 0)("green");
    expect(warm!.ways).toEqual({ unfinished: { bad: 1, total: 6 }, "4xx": { bad: 1, total: 5 } });
  });
});

test("by default it is the slow start and the checks, or half of a shorter first bake", () => {
  const gates = { errorRate: { max: 0.01 }, latency: { p95: "500ms" as const }, minRequests: 200 };
  const of = (bake: `${number}${"s" | "m"}`, warmUp?: `${number}s`) =>
    planOf({ steps: [{ weight: 100, bake }], gates, freeze: [], ...(warmUp && { warmUp }) }).warmUpSeconds;
  expect([of("30m"), of("80s"), of("79s"), of("3s"), of("1s")]).toEqual([40, 40, 39, 1, 0]);
  expect([of("3s", "2s"), of("30m", "0s")]).toEqual([2, 0]);
});
