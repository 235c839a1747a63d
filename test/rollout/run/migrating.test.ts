import { describe, expect, test } from "vitest";
import type { MetricSecond } from "../../../rollout/core/verdict.ts";
import { careOf } from "../../../rollout/run/migrating.ts";
import { thresholds } from "../../support/simulated-run.ts";
import { plan, stateAt } from "../core/example.ts";

const EXPAND = { ...plan, migration: {} };

/** A stable that answers its smoke tests as told, one after the other and the last for ever, and fails requests from a time on. */
class Place {
  now = 1_000_000;
  asked: string[] = [];
  readonly #smoke: readonly (boolean | Error)[];
  readonly #sickFrom: number;

  constructor(smoke: readonly (boolean | Error)[], sickFrom = Number.POSITIVE_INFINITY) {
    this.#smoke = smoke;
    this.#sickFrom = sickFrom;
  }

  readonly clock = {
    now: () => this.now,
    sleep: async (ms: number) => {
      this.now += ms;
    },
  };

  readonly platform = {
    smoke: async (track = "") => {
      const told = this.#smoke[Math.min(this.asked.length, this.#smoke.length - 1)]!;
      this.asked.push(track);
      if (told instanceof Error) throw told;
      return { passed: told, details: told ? [] : ["/ answered 500"] };
    },
    metrics: async (since: number) => {
      const seconds: MetricSecond[] = [];
      for (let at = since; at < this.now / 1000; at += 1)
        seconds.push({
          epochSecond: at,
          tracks: { blue: { requests: 50, errors: at >= this.#sickFrom ? 40 : 0, slow: 0 } },
        });
      return { seconds, through: Math.ceil(this.now / 1000) };
    },
  };

  /** @param seconds that the work takes by the place's own time; it ends at once when it is stopped */
  async care(what: "migrate" | "contract", seconds: number, changes = {}) {
    const watching = { platform: this.platform, judge: thresholds, clock: this.clock };
    const until = this.now + seconds * 1000;
    return careOf(watching, stateAt({ at: what }, { plan: EXPAND, ...changes }))(what, async (signal) => {
      while (this.now < until && !signal.aborted) await Promise.resolve();
      signal.throwIfAborted();
      return "it ran";
    });
  }
}

describe("while the database is changed", () => {
  test("a stable that stays well is asked before, meanwhile and after", async () => {
    const place = new Place([true]);
    expect(await place.care("migrate", 5)).toEqual({
      migration: "it ran; blue passes its smoke tests after it",
    });
    expect(place.asked.length).toBeGreaterThan(4);
    expect(new Set(place.asked)).toEqual(new Set(["blue"]));
  });

  test("one whose users get errors ends it", async () => {
    const place = new Place([true], 1_003);
    expect(await place.care("migrate", 3600)).toEqual({
      migration: "stopped",
      harmed: expect.stringMatching(/^blue suffered while the database was changed: 0\.\d+ bad$/),
    });
    expect(place.now).toBeLessThan(1_010_000);
  });

  test("one that fails its smoke tests twice ends it, once doesn't", async () => {
    expect(await new Place([true, true, false, false]).care("migrate", 3600)).toMatchObject({
      harmed: "blue suffered while the database was changed: / answered 500",
    });
    expect(await new Place([true, false, true]).care("migrate", 5)).not.toHaveProperty("harmed");
  });

  test("a stable that can't be asked isn't sick for it", async () => {
    expect(await new Place([true, new Error("no answer")]).care("migrate", 5)).not.toHaveProperty("harmed");
  });

  test("nothing is begun while it is sick already", async () => {
    await expect(new Place([false]).care("migrate", 5)).rejects.toThrow(
      "blue isn't well, and nothing was begun: / answered 500",
    );
  });

  test("one that fails right after it is told of", async () => {
    expect(await new Place([true, false, false]).care("migrate", 0)).toEqual({
      migration: "it ran",
      harmed: "blue fails since the database was changed: / answered 500",
    });
  });

  test("the candidate is watched while what stable needed is taken away", async () => {
    const place = new Place([true]);
    await place.care("contract", 2);
    expect(new Set(place.asked)).toEqual(new Set(["green"]));
  });

  test("nobody is asked at a first release, or where the config names no command", async () => {
    for (const changes of [{ first: true, candidate: "blue" }, { plan }]) {
      const place = new Place([true]);
      expect(await place.care("migrate", 0, changes)).toEqual({ migration: "it ran" });
      expect(place.asked).toEqual([]);
    }
  });
});
