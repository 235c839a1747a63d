import { describe, expect, test } from "vitest";
import type { Capacity, Seen } from "../../../../rollout/core/action.ts";
import { room } from "../../../../rollout/core/next/capacity.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import { BEGUN as NOW, stateAt } from "../example.ts";

const SHARE = 50;
const look = { is: "busy", action: { is: "look", look: { at: "capacity", track: "green", share: SHARE } } };
const few: Capacity = { asked: 2, healthy: 2, need: 4, most: 6, enough: false };

function state(changes: Partial<RolloutState> = {}): RolloutState {
  return stateAt({ at: "shift", step: 1 }, changes);
}

function sight(changes: Partial<NonNullable<Seen["capacity"]>> = {}): Seen {
  return { capacity: { at: NOW, length: 1, track: "green", share: SHARE, read: few, ...changes } };
}

function roomFor(seen: Seen, changes: Partial<RolloutState> = {}, track = "green") {
  return room(state(changes), seen, NOW, track, SHARE);
}

describe("a count of servers", () => {
  test.each([
    ["none", {}],
    ["of another track", sight({ track: "blue" })],
    ["for another share", sight({ share: 10 })],
    ["before the journal's last entry", sight({ length: 0 })],
    ["of more than two minutes ago", sight({ at: NOW - 120_001 })],
  ])("%s: it is looked for", (_, seen) => {
    expect(roomFor(seen)).toEqual(look);
  });

  test("is good for two minutes", () => {
    expect(roomFor(sight({ at: NOW - 120_000 }))).not.toEqual(look);
  });

  test("that is as many as needed is enough", () => {
    expect(roomFor(sight({ read: { ...few, healthy: 4 } }))).toEqual({ is: "enough" });
    expect(roomFor(sight({ read: { ...few, healthy: 3 } }))).not.toEqual({ is: "enough" });
  });

  test("of stable needs to be no more than it may have", () => {
    const read = { ...few, healthy: 3, most: 3 };
    const ofStable = sight({ track: "blue", read });
    expect(room(state(), ofStable, NOW, "blue", SHARE)).toEqual({ is: "enough" });
    expect(roomFor(sight({ read }))).toEqual({
      is: "lacking",
      reason: "green has 3 healthy servers of 4, and may have no more than 3",
      known: true,
    });
    // As many as it may have are asked for all the same.
    expect(roomFor(sight({ read: { ...few, most: 4 } }))).toMatchObject({ is: "busy" });
  });
});

describe("servers that are missing", () => {
  const grow = { is: "busy", action: { is: "act", act: { do: "grow", track: "green", servers: 4 } } };

  test("are asked for", () => {
    expect(roomFor(sight())).toEqual(grow);
  });

  // A quarter of the 15 minutes each: they were to come by then.
  test("are asked for again after 225 s, three times in all", () => {
    expect(roomFor(sight(), { grown: { tries: 1, endedAt: NOW - 225_000 } })).toEqual(grow);
    expect(roomFor(sight(), { grown: { tries: 2, endedAt: NOW - 225_000 } })).toEqual(grow);
    const wait = (until: number) => ({
      is: "busy",
      action: { is: "wait", until, why: "green has 2 healthy servers of 4" },
    });
    expect(roomFor(sight(), { grown: { tries: 1, endedAt: NOW - 224_999 } })).toEqual(wait(NOW + 1_000));
    expect(roomFor(sight(), { grown: { tries: 3, endedAt: NOW - 225_000 } })).toEqual(wait(NOW + 1_000));
  });

  test("are counted again after a second", () => {
    const grown = { tries: 1, endedAt: NOW };
    expect(roomFor(sight({ at: NOW - 999 }), { grown })).toMatchObject({ action: { until: NOW + 1 } });
    expect(roomFor(sight({ at: NOW - 1_000 }), { grown })).toEqual(look);
  });

  test.each([
    ["since the stage began", { stageAt: NOW - 900_000 }],
    ["since the freeze was over", { stageAt: NOW - 9_000_000, frozenUntil: NOW - 900_000 }],
  ])("are lacking after a quarter of an hour %s", (_, since) => {
    expect(roomFor(sight(), since)).toEqual({
      is: "lacking",
      reason: "green has 2 healthy servers of 4",
      known: true,
    });
    const later = Object.fromEntries(Object.entries(since).map(([key, at]) => [key, at + 1]));
    expect(roomFor(sight(), later)).toEqual(grow);
  });
});

describe("servers that can't be counted", () => {
  const unread = { read: undefined, error: "throttled" };
  const reason = "the servers of green can't be counted: throttled";

  test("are counted again after a second", () => {
    expect(roomFor(sight({ ...unread, at: NOW - 999 }))).toEqual({
      is: "busy",
      action: { is: "wait", until: NOW + 1, why: reason },
    });
    expect(roomFor(sight({ ...unread, at: NOW - 1_000 }))).toEqual(look);
  });

  test("are lacking after a minute of failures", () => {
    expect(roomFor(sight({ ...unread, at: NOW - 1_000, failingSince: NOW - 59_999 }))).toEqual(look);
    const lacking = { is: "lacking", reason, known: false };
    expect(roomFor(sight({ ...unread, failingSince: NOW - 60_000 }))).toEqual(lacking);
    // The first failure is the look itself.
    expect(roomFor(sight({ ...unread, at: NOW - 60_000 }))).toEqual(lacking);
    expect(roomFor(sight({ ...unread, at: NOW - 59_999 }))).toEqual(look);
  });

  test("or as soon as the time for them is over", () => {
    expect(roomFor(sight(unread), { stageAt: NOW - 900_000 })).toEqual({
      is: "lacking",
      reason,
      known: false,
    });
  });
});
