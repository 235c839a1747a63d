import { describe, expect, test } from "vitest";
import type { Seen } from "../../../../rollout/core/action.ts";
import { goBack } from "../../../../rollout/core/next/rollback.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import { BEGUN as NOW, reading, stateAt } from "../example.ts";

const LEFT = { blue: 90, green: 10 };
const BACK = { blue: 100 };
const OTHERS = { blue: 80, green: 20 };
const act = { is: "act", act: { do: "weights-now", weights: BACK } };
const lookAt = (look: object) => ({ is: "look", look });
const stop = (reason: string) => ({ is: "note", note: { kind: "stopped", reason } });

/** Users are on the candidate, and nothing has been done about it. */
function state(changes: Partial<RolloutState> = {}): RolloutState {
  const known = { weights: LEFT, known: [LEFT], steps: [{ weight: 10, from: NOW - 60_000 }] };
  return stateAt({ at: "return" }, { ...known, ...changes });
}

const servers = { at: NOW, length: 1, track: "blue", share: 100 };
const enough = { ...servers, read: { asked: 2, healthy: 2, need: 2, most: 4, enough: true } };
const real = { at: NOW, length: 1, read: LEFT };

function back(seen: Seen, changes: Partial<RolloutState> = {}) {
  return goBack(state(changes), seen, NOW);
}

describe("with users on the candidate", () => {
  test.each([
    ["never", undefined],
    ["before the journal's last entry", { ...real, length: 0 }],
    ["more than 10 s ago", { ...real, at: NOW - 10_001 }],
  ])("a balancer that was looked at %s is looked at, and it alone", (_, sight) => {
    expect(back({ real: sight, capacity: enough })).toEqual(lookAt({ at: "real" }));
  });

  test("the traffic goes back at once, on a look of up to 10 s ago", () => {
    expect(back({ real: { ...real, at: NOW - 10_000 }, capacity: enough })).toEqual(act);
  });

  test("it goes back also when the balancer can't be read", () => {
    expect(back({ real: { ...real, read: undefined, error: "throttled" }, capacity: enough })).toEqual(act);
  });

  test("it is read back everywhere when the balancer has it already", () => {
    const seen = { real: { ...real, read: BACK }, capacity: enough };
    expect(back(seen, { known: [LEFT, BACK] })).toEqual(lookAt({ at: "weights" }));
  });

  test("it is read back everywhere once it was tried", () => {
    expect(back({}, { tries: 1 })).toEqual(lookAt({ at: "weights" }));
    expect(back({}, { doneAt: NOW })).toEqual(lookAt({ at: "weights" }));
  });

  test("weights that somebody else has set stop it, unless a person has said to go on", () => {
    const seen = { real: { ...real, read: OTHERS }, capacity: enough };
    expect(back(seen)).toEqual(stop("the rollback found other weights on the balancer: blue 80 green 20"));
    expect(back(seen, { forced: true })).toEqual(act);
  });

  test("nor do those of the drift at which it had stopped, unless a third track has users", () => {
    const seen = { real: { ...real, read: OTHERS }, capacity: enough };
    expect(back(seen, { drift: { real: OTHERS, at: NOW } })).toEqual(act);
    expect(back(seen, { drift: { real: LEFT, at: NOW } })).toMatchObject(
      stop("the rollback found other weights on the balancer: blue 80 green 20"),
    );
    const third = { blue: 80, green: 19, red: 1 };
    expect(back({ ...seen, real: { ...real, read: third } }, { drift: { real: third, at: NOW } })).toEqual(
      stop("the rollback found other weights on the balancer: blue 80 green 19 red 1"),
    );
  });
});

describe("stable's servers", () => {
  const few = { ...servers, read: { asked: 4, healthy: 1, need: 4, most: 4, enough: false } };
  const uncounted = { ...servers, error: "throttled", failingSince: NOW - 60_000 };
  const late = { stageAt: NOW - 900_000 };

  test("are counted for all the traffic", () => {
    expect(back({ real })).toEqual(lookAt({ at: "capacity", track: "blue", share: 100 }));
  });

  test("that are too few are asked for", () => {
    expect(back({ real, capacity: few })).toEqual({
      is: "act",
      act: { do: "grow", track: "blue", servers: 4 },
    });
  });

  test("that don't come stop it: all the traffic would be too much for them", () => {
    expect(back({ real, capacity: few }, late)).toEqual(
      stop("the rollback would overload stable: blue has 1 healthy servers of 4"),
    );
  });

  test.each([
    [49, false],
    [50, true],
    [51, true],
  ])("that can't be counted are trusted when they carry %s %% of the traffic: %s", (blue, isTrusted) => {
    const weights = { blue, green: 100 - blue };
    const changes = { weights, known: [weights] };
    expect(back({ real: { ...real, read: weights }, capacity: uncounted }, changes)).toEqual(
      isTrusted
        ? act
        : stop("the rollback would overload stable: the servers of blue can't be counted: throttled"),
    );
  });

  test("that can't be counted are trusted only where they may carry no less", () => {
    const changes = { known: [LEFT, { green: 100 }] };
    expect(back({ real, capacity: uncounted }, changes)).toMatchObject({ note: { kind: "stopped" } });
    expect(back({ real, capacity: uncounted }, { weights: undefined })).toMatchObject({
      note: { kind: "stopped" },
    });
    expect(back({ real, capacity: uncounted }, { known: undefined })).toEqual(act);
  });

  test("that are known to be too few are not trusted, whatever they carry", () => {
    expect(back({ real, capacity: few }, late)).toMatchObject({ note: { kind: "stopped" } });
  });

  test("are asked how they do when they have few users", () => {
    const weights = { green: 100 };
    const changes = { weights, known: [weights] };
    expect(back({ real: { ...real, read: weights }, capacity: enough }, changes)).toEqual(
      lookAt({ at: "service", track: "blue" }),
    );
  });
});

describe("before there were users, and after the first try", () => {
  const none = { steps: [] };
  const seen = (read: ReturnType<typeof reading>): Seen => ({
    weights: { at: NOW, length: 1, read },
    capacity: enough,
  });

  test("all three places are read", () => {
    expect(back({ real, capacity: enough }, none)).toEqual(lookAt({ at: "weights" }));
  });

  test("traffic that is back everywhere is noted", () => {
    expect(back(seen(reading(BACK)), none)).toEqual({
      is: "note",
      note: { kind: "verified", weights: BACK },
    });
  });

  test("traffic that isn't back is brought back, where stable can take it", () => {
    expect(back(seen(reading(LEFT)), none)).toEqual(act);
    expect(back({ ...seen(reading(LEFT)), capacity: undefined }, none)).toEqual(
      lookAt({ at: "capacity", track: "blue", share: 100 }),
    );
  });

  test("config and state may stand anywhere, the balancer may not", () => {
    expect(back(seen(reading(OTHERS, { green: 100 }, LEFT)), none)).toEqual(act);
    expect(back(seen(reading(LEFT, null, LEFT)), none)).toEqual(act);
    // Where only config says so, nobody put it on the balancer.
    expect(back(seen(reading(LEFT, LEFT, OTHERS)), none)).toMatchObject({ note: { kind: "stopped" } });
    expect(back(seen(reading(LEFT, null, OTHERS)), none)).toMatchObject({ note: { kind: "stopped" } });
    expect(back(seen(reading(LEFT, LEFT, OTHERS)), { ...none, forced: true })).toEqual(act);
    expect(back(seen(reading(LEFT, BACK, LEFT)), { ...none, known: undefined })).toEqual(act);
  });

  test("three tries that can't be verified stop it", () => {
    expect(back(seen(reading(LEFT)), { tries: 3, lastError: "denied" })).toEqual(
      stop("the rollback can't be verified: denied (the balancer has blue 90 green 10)"),
    );
  });

  test("where users are back already it is tried for a minute, as a full disk may pass", () => {
    const spent = (ago: number) =>
      back(seen(reading(LEFT, LEFT, BACK)), { tries: 3, lastError: "full", stageAt: NOW - ago });
    expect(spent(59_999)).toEqual(act);
    expect(spent(60_000)).toEqual(stop("the rollback can't be verified: full (the balancer has blue 100)"));
  });
});

describe("after a promotion", () => {
  const promoted = { stage: { at: "unpromote" } } as const;

  test("the config's stable key goes back too", () => {
    expect(back({}, promoted)).toEqual({ is: "act", act: { do: "stable", track: "blue" } });
  });

  test("two seconds after a failure once more, three times in all", () => {
    const failed = { ...promoted, lastError: "denied", failedAt: NOW - 1_999, tries: 1 };
    expect(back({}, failed)).toEqual({ is: "wait", until: NOW + 1, why: "once more after: denied" });
    expect(back({}, { ...failed, failedAt: NOW - 2_000, tries: 2 })).toMatchObject({ is: "act" });
    expect(back({}, { ...failed, failedAt: NOW - 2_000, tries: 3 })).toEqual(
      stop("all traffic is on blue, but the config's stable key can't be set: denied"),
    );
  });
});
