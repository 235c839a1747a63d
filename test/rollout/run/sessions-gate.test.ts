import { describe, expect, test } from "vitest";
import { logMismatch } from "../../../rollout/analysis/sample-ratio.ts";
import type { HeldSplit } from "../../../rollout/core/state.ts";
import type { History, MetricSecond, SessionCounts } from "../../../rollout/core/verdict.ts";
import { judgeSessions, newBegunCount } from "../../../rollout/run/gates/sessions-gate.ts";

const FROM = 1_800_000_000;
const split = (share: number, more: Partial<HeldSplit> = {}): HeldSplit => ({
  share,
  from: FROM * 1000,
  ...more,
});

/** First visits of each track in a second. */
function second(after: number, first: Readonly<Record<string, number>>, more: Partial<SessionCounts> = {}) {
  const tracks = Object.entries(first).map(([track, count]) => {
    const counts = { requests: count, errors: 0, slow: 0 };
    return [track, { ...counts, sessions: { first: count, again: 0, held: 0, ...more } }] as const;
  });
  return { epochSecond: FROM + after, tracks: Object.fromEntries(tracks) } satisfies MetricSecond;
}

const history = (seconds: MetricSecond[], splits: HeldSplit[], more: Partial<History> = {}): History => ({
  ...{ stable: "blue", candidate: "green", seconds, steps: [], baked: false, splits },
  ...more,
});
const judged = (...[seconds, splits, more]: Parameters<typeof history>) =>
  judgeSessions(history(seconds, splits, more), newBegunCount());

/** The fewest of a hundred first visits that are too many for a quarter, by the statistic alone. */
const bound = (nth: number) => Math.log(1000 * nth * (nth + 1));
const fewest = (nth: number) =>
  Array.from({ length: 100 }, (_, candidate) => candidate).find(
    (candidate) => candidate > 25 && logMismatch({ sessions: 100, candidate }, 0.25) >= bound(nth),
  )!;

describe("the sample ratio", () => {
  test.each([1, 2, 3])("of a rollout's split %i pauses at the very count, and not at one less", (nth) => {
    const splits = Array.from({ length: nth }, () => split(25));
    const enough = fewest(nth);
    const at = (candidate: number) =>
      judged([second(10, { blue: 100 - candidate, green: candidate })], splits);
    expect(at(enough - 1)).toMatchObject({ evidence: { outcome: "pass", toPass: 1 } });
    expect(at(enough - 1)?.skewed).toBeUndefined();
    expect(at(enough - 1)!.evidence.toFail).toBeLessThan(1);
    expect(at(enough)).toMatchObject({ evidence: { outcome: "wait", toFail: 1, toPass: 0 } });
    expect(at(enough)!.skewed).toMatch(
      new RegExp(
        `^of the first visits ${enough} % of 100 came to green \\(${enough}\\), 25 % were asked for, which chance`,
      ),
    );
  });

  test("says what may be the cause: whoever has too many was chosen, or the other doesn't answer", () => {
    const many = judged([second(10, { blue: 50, green: 50 })], [split(10)])!;
    expect(many.skewed).toContain("or other tracks don't answer or count their part");
    const few = judged([second(10, { blue: 200, green: 0 })], [split(10)])!;
    expect(few.skewed).toContain("or green doesn't answer or count its part");
  });

  test("counts first visits alone: who was here before goes by his number, who is held asks where he is", () => {
    const seconds = [second(10, { blue: 0, green: 0 }, { again: 500, held: 500 })];
    expect(judged(seconds, [split(25)])).toBeUndefined();
  });

  test("takes another track's first visits for the rest", () => {
    const told = judged([second(10, { blue: 60, amber: 15, green: 25 })], [split(25)])!;
    expect(told.evidence.reason).toBe("first visits: 25 % of 100 came to green (25), 25 % were asked for");
  });

  test("begins with what the split has sent: not while others' answers come in, nor after its end", () => {
    const skewed = (after: number) => second(after, { blue: 0, green: 100 });
    expect(judged([skewed(4)], [split(25)])).toBeUndefined();
    expect(judged([skewed(5)], [split(25)])?.skewed).toBeDefined();
    const until = (FROM + 9) * 1000 + 999;
    expect(judged([skewed(8)], [split(25, { until })])?.skewed).toBeDefined();
    expect(judged([skewed(9)], [split(25, { until })])).toBeUndefined();
  });

  test("takes a minute that was counted whole only where all of it was at the split", () => {
    const minute = Math.ceil(FROM / 60) * 60 - FROM;
    const skewed = (after: number) => [second(after, { blue: 0, green: 100 })];
    const late = { period: 60 };
    expect(judged(skewed(minute - 1), [split(25)], late)).toBeUndefined();
    expect(
      judged(skewed(minute), [split(25, { from: (FROM + minute - 6) * 1000 })], late)?.skewed,
    ).toBeDefined();
    expect(judged(skewed(minute), [split(25, { from: (FROM + minute - 4) * 1000 })], late)).toBeUndefined();
    const from = (FROM + minute - 30) * 1000;
    const until = (FROM + minute + 59) * 1000;
    expect(judged(skewed(minute), [split(25, { from, until })], late)).toBeUndefined();
  });

  test("goes on with each look, and begins anew with another split", () => {
    const count = newBegunCount();
    const seconds = [second(10, { blue: 0, green: 10 })];
    const told = () => judgeSessions(history(seconds, splits), count)?.evidence.reason;
    let splits = [split(25)];
    expect(told()).toContain("of 10 came");
    seconds.push(second(11, { blue: 3, green: 0 }));
    expect(told()).toContain("of 13 came");
    expect(told()).toContain("of 13 came");
    splits = [split(25, { until: (FROM + 20) * 1000 }), split(50, { from: (FROM + 20) * 1000 })];
    seconds.push(second(30, { blue: 1, green: 1 }));
    expect(told()).toBe("first visits: 50 % of 2 came to green (1), 50 % were asked for");
  });

  test("holds nothing back once a person has accepted it, and says so", () => {
    const told = judged([second(10, { blue: 0, green: 100 })], [split(25, { accepted: true })])!;
    expect(told.skewed).toBeUndefined();
    expect(told.evidence).toMatchObject({ outcome: "pass", toPass: 1 });
    expect(told.evidence.reason).toMatch(/don't fit, and a person accepts it$/);
  });

  test("holds nothing back where cohorts were led in the split, and says so", () => {
    const told = judged([second(10, { blue: 0, green: 100 })], [split(25, { led: true })])!;
    expect(told.skewed).toBeUndefined();
    expect(told.evidence).toMatchObject({ outcome: "pass", toPass: 1 });
    expect(told.evidence.reason).toMatch(/don't fit, and cohorts are led$/);
  });

  test.each([0, 100])("isn't asked at %i %%, nor before a split was read back", (share) => {
    const seconds = [second(10, { blue: 50, green: 50 })];
    expect(judged(seconds, [split(share)])).toBeUndefined();
    expect(judged(seconds, [])).toBeUndefined();
  });
});
