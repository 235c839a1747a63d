import { describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../rollout/clock.ts";
import { UserError } from "../../rollout/errors.ts";
import { InVain, retried, until, untilSeen, waitFor } from "../../rollout/waiting.ts";

/** Time that passes only while somebody sleeps. */
function standingClock() {
  const slept: number[] = [];
  let now = 1_000;
  const clock: Clock = {
    now: () => now,
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
  return { clock, slept };
}

const soAfter = (looks: number) => {
  let seen = 0;
  return async () => ++seen > looks;
};

describe("untilSeen", () => {
  const patience = { everyMs: 10, withinMs: 25 };
  /** What each look sees: a message is a failure. */
  const seeing = (...looks: (boolean | string)[]) => {
    let seen = 0;
    return async () => {
      const look = looks[Math.min(seen++, looks.length - 1)]!;
      if (typeof look === "string") throw new UserError(look);
      return look;
    };
  };

  it("goes on after a look that failed", async () => {
    const { clock } = standingClock();
    expect(await untilSeen({ ...patience, clock }, seeing("away", "away", "away", true))).toBe(true);
  });

  it("throws what the last look failed with, and not what one before did", async () => {
    const { clock } = standingClock();
    await expect(untilSeen({ ...patience, clock }, seeing(false, "away"))).rejects.toThrow("away");
    expect(await untilSeen({ ...patience, clock }, seeing("away", "away", "away", false))).toBe(false);
  });

  it("ends at once with a bug", async () => {
    const { clock, slept } = standingClock();
    const bug = () => Promise.reject(new TypeError("a bug"));
    await expect(untilSeen({ ...patience, clock }, bug)).rejects.toThrow(TypeError);
    expect(slept).toEqual([]);
  });
});

describe("until", () => {
  it("looks at once, and doesn't sleep when it is so", async () => {
    const { clock, slept } = standingClock();
    expect(await until({ clock, everyMs: 10, withinMs: 100 }, () => true)).toBe(true);
    expect(slept).toEqual([]);
  });

  it("looks a last time when the time is up, and not after", async () => {
    const { clock, slept } = standingClock();
    expect(await until({ clock, everyMs: 10, withinMs: 25 }, soAfter(3))).toBe(true);
    expect(slept).toEqual([10, 10, 5]);
    expect(await until({ clock, everyMs: 10, withinMs: 25 }, soAfter(4))).toBe(false);
  });

  it("looks once where there is no time", async () => {
    const { clock, slept } = standingClock();
    expect(await until({ clock, everyMs: 10, withinMs: 0 }, soAfter(1))).toBe(false);
    expect(slept).toEqual([]);
  });

  it("lets the pause grow to its longest", async () => {
    const { clock, slept } = standingClock();
    await until({ clock, everyMs: [100, 150], withinMs: 10_000 }, soAfter(4));
    expect(slept).toEqual([100, 130, 150, 150]);
  });

  it("ends with what the look throws", async () => {
    const { clock } = standingClock();
    const blind = () => Promise.reject(new Error("it can't be seen"));
    await expect(until({ clock, everyMs: 10, withinMs: 100 }, blind)).rejects.toThrow("it can't be seen");
  });

  it("ends at once with the reason of the signal, also in the midst of real sleep", async () => {
    const stop = new AbortController();
    const enough = new Error("enough");
    const waiting = until({ everyMs: 60_000, withinMs: 60_000, signal: stop.signal }, () => false);
    setTimeout(() => stop.abort(enough), 20);
    await expect(waiting).rejects.toBe(enough);
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(enough);
  });
});

describe("waitFor", () => {
  it("says what it waited for, and how long", async () => {
    const { clock } = standingClock();
    const patience = { clock, everyMs: 500, withinMs: 2_000 };
    const waiting = waitFor("the sun", patience, soAfter(9));
    await expect(waiting).rejects.toThrow(new InVain("waited 2 s for the sun, in vain"));
    await expect(waitFor("the sun", patience, soAfter(3))).resolves.toBeUndefined();
  });
});

describe("retried", () => {
  const isBusy = (error: unknown) => (error as Error).message.startsWith("busy");
  const busy = (times: number, end = "done") => {
    let tries = 0;
    return async () => {
      tries += 1;
      if (tries <= times) throw new Error(`busy ${tries}`);
      return end;
    };
  };

  it("gives what the work gives once it is free, also nothing", async () => {
    const { clock, slept } = standingClock();
    const patience = { clock, everyMs: 10, withinMs: 100 };
    expect(await retried(patience, isBusy, busy(2))).toBe("done");
    expect(slept).toEqual([10, 10]);
    expect(await retried(patience, isBusy, async () => undefined)).toBeUndefined();
  });

  it("throws the last failure when the time is up", async () => {
    const { clock } = standingClock();
    await expect(retried({ clock, everyMs: 10, withinMs: 20 }, isBusy, busy(9))).rejects.toThrow("busy 3");
  });

  it("doesn't try again what doesn't pass", async () => {
    const { clock, slept } = standingClock();
    const broken = () => Promise.reject(new Error("broken"));
    await expect(retried({ clock, everyMs: 10, withinMs: 100 }, isBusy, broken)).rejects.toThrow("broken");
    expect(slept).toEqual([]);
  });
});
