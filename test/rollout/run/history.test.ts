import { describe, expect, test } from "vitest";
import type { RolloutState } from "../../../rollout/core/state.ts";
import { historyFrom, type MetricSecond } from "../../../rollout/core/verdict.ts";
import type { Metrics } from "../../../rollout/platforms/platform.ts";
import { MetricHistory } from "../../../rollout/run/history.ts";

const HOUR = 3600;

describe("a rollout's history", () => {
  const state = (change: Partial<RolloutState> = {}) =>
    ({ rollout: "r1", begunAt: 100_000_000, steps: [], ...change }) as RolloutState;
  const begun = 100_000 - 6 * HOUR;
  const second = (epochSecond: number): MetricSecond => ({ epochSecond, tracks: {} });

  /** Answers of so many seconds each, up to `end`. */
  function source(end: number, length: number) {
    const asked: number[] = [];
    const read = async (since: number): Promise<Metrics> => {
      asked.push(since);
      const through = Math.min(end, since + length);
      const seconds = Array.from({ length: Math.max(0, through - since) }, (_, index) =>
        second(since + index),
      );
      return { seconds, through: Math.max(since, through), more: through < end };
    };
    return { asked, read };
  }

  test("begins six hours before the candidate's first traffic, and before that six hours before its begin", () => {
    expect(historyFrom(state())).toBe(begun);
    const steps = [
      { weight: 10, from: 103_000_500 },
      { weight: 50, from: 110_000_000 },
    ];
    expect(historyFrom(state({ steps }))).toBe(103_000 - 6 * HOUR);
  });

  test("is read to its end, however many answers it comes in, and goes on from there", async () => {
    const { asked, read } = source(begun + 2500, 1000);
    const history = new MetricHistory(read);
    await history.read(state());
    expect(asked).toEqual([begun, begun + 1000, begun + 2000]);
    expect(history.seconds.map(({ epochSecond }) => epochSecond)).toEqual(
      Array.from({ length: 2500 }, (_, index) => begun + index),
    );
    expect(history.through).toBe((begun + 2500) * 1000);
    await history.read(state());
    expect(asked.at(-1)).toBe(begun + 2500);
    expect(history.seconds).toHaveLength(2500);
  });

  test("isn't read beyond what is wanted", async () => {
    const { asked, read } = source(begun + 90_000, 1000);
    await new MetricHistory(read).read(state(), (begun + 1500) * 1000);
    expect(asked).toEqual([begun, begun + 1000]);
  });

  test("a source that says there is more and tells nothing is asked once", async () => {
    let asked = 0;
    const read = async (since: number) => {
      asked += 1;
      return { seconds: [], through: since, more: true };
    };
    await new MetricHistory(read).read(state());
    expect(asked).toBe(1);
  });

  test("an answer that can't be had leaves those before it", async () => {
    const { read } = source(begun + 3000, 1000);
    let broken = true;
    const history = new MetricHistory(async (since) => {
      if (since === begun + 1000 && broken) throw new Error("Throttling");
      return read(since);
    });
    await expect(history.read(state())).rejects.toThrow("Throttling");
    expect(history.through).toBe((begun + 1000) * 1000);
    broken = false;
    await history.read(state());
    expect(history.seconds).toHaveLength(3000);
  });

  test("begins later once the candidate has traffic, as a run's does that looks for the first time then", async () => {
    const { read } = source(begun + 9000, 5000);
    const history = new MetricHistory(read);
    await history.read(state());
    const steps = [{ weight: 10, from: 100_500_000 }];
    await history.read(state({ steps }));
    const other = new MetricHistory(read);
    await other.read(state({ steps }));
    expect(history.seconds).toEqual(other.seconds);
    expect(history.seconds[0]!.epochSecond).toBe(begun + 500);
  });

  test("knows until when a track was asked for something: of what comes by the minute to the end of that", async () => {
    const asked = (at: number, requests: number): MetricSecond => ({
      epochSecond: at,
      tracks: { blue: { requests, errors: 0, slow: 0 } },
    });
    const at = 6_000;
    const heard = async (period?: number) => {
      const seconds = [asked(at + 3, 2), asked(at + 7, 1), asked(at + 8, 0)];
      const history = new MetricHistory(async () => ({
        seconds,
        through: at + 120,
        ...(period && { period }),
      }));
      await history.read(state());
      return [history.heard("blue"), history.heard("green")];
    };
    expect(await heard()).toEqual([(at + 8) * 1000, undefined]);
    expect(await heard(60)).toEqual([(at + 60) * 1000, undefined]);
  });

  test("knows whether a track fails: most of what it was asked for in the last seconds", async () => {
    const at = 120_000;
    const fails = async (requests: number, errors: number, ago = 1, period?: number) => {
      const seconds = [{ epochSecond: at - ago, tracks: { blue: { requests, errors, slow: 0 } } }];
      const history = new MetricHistory(async () => ({ seconds, through: at, ...(period && { period }) }));
      await history.read(state());
      return [history.fails("blue"), history.fails("green")];
    };
    expect(await fails(10, 6)).toEqual([true, false]);
    expect(await fails(10, 5)).toEqual([false, false]);
    expect(await fails(9, 9)).toEqual([false, false]);
    expect(await fails(10, 6, 10)).toEqual([true, false]);
    expect(await fails(10, 6, 11)).toEqual([false, false]);
    expect(await fails(10, 6, 60, 60)).toEqual([true, false]);
  });

  test("of another rollout begins anew", async () => {
    const { read } = source(begun + 9000, 5000);
    const history = new MetricHistory(read);
    await history.read(state());
    const next = { rollout: "r2", begunAt: 102_000_000 };
    await history.read(state(next));
    expect(history.seconds[0]!.epochSecond).toBe(begun + 2000);
    expect(history.seconds).toHaveLength(7000);
    await history.read(state());
    expect(history.seconds[0]!.epochSecond).toBe(begun);
  });
});
