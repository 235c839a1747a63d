import { describe, expect, test } from "vitest";
import {
  allAt,
  anyDrain,
  drifted,
  isKnown,
  type Reading,
  readingText,
} from "../../../rollout/core/reading.ts";
import {
  checkWeights,
  mustCarryNothing,
  only,
  sameWeights,
  shareOf,
  split,
  type Weights,
  weightsText,
} from "../../../rollout/core/weights.ts";
import { reading } from "./example.ts";

const BLUE = { blue: 100 };
const GREEN = { green: 100 };
const SPLIT = { blue: 75, green: 25 };

test("a split is of two tracks, but where one has nothing", () => {
  expect(split("blue", "green", 25)).toEqual(SPLIT);
  expect(split("blue", "green", 1)).toEqual({ blue: 99, green: 1 });
  expect(split("blue", "green", 99)).toEqual({ blue: 1, green: 99 });
  expect(split("blue", "green", 0)).toEqual(BLUE);
  expect(split("blue", "green", 100)).toEqual(GREEN);
  expect(split("blue", "blue", 25)).toEqual(BLUE);
  expect(only("red")).toEqual({ red: 100 });
});

test("a track that is left out has no share", () => {
  expect(shareOf(SPLIT, "green")).toBe(25);
  expect(shareOf(SPLIT, "red")).toBe(0);
  expect(shareOf(SPLIT, "toString")).toBe(0);
});

test("a track that is left out and one at 0 are the same", () => {
  expect(sameWeights(BLUE, { blue: 100, green: 0 })).toBe(true);
  expect(sameWeights({ blue: 100, green: 0 }, BLUE)).toBe(true);
  expect(sameWeights(BLUE, GREEN)).toBe(false);
  expect(sameWeights(BLUE, { blue: 100, green: 1 })).toBe(false);
  expect(sameWeights({ blue: 100, green: 1 }, BLUE)).toBe(false);
});

test.each([
  [{ blue: 100, green: 0 }, undefined],
  [{ blue: 99, green: 1 }, undefined],
  [{ blue: 90, green: 20 }, "weights must sum to 100, they sum to 110: blue 90 green 20"],
  [{ blue: 99 }, "weights must sum to 100, they sum to 99: blue 99"],
  [{ blue: 99.5, green: 0.5 }, "blue: a weight must be a whole number from 0 to 100, not 99.5"],
  [{ blue: 101, green: -1 }, "blue: a weight must be a whole number from 0 to 100, not 101"],
  [{ green: -1, blue: 101 }, "green: a weight must be a whole number from 0 to 100, not -1"],
] as [Weights, string | undefined][])("weights are whole percents of 100: %j", (weights, message) => {
  if (message === undefined) expect(() => checkWeights(weights)).not.toThrow();
  else expect(() => checkWeights(weights)).toThrow(message);
});

test("weights are told in the names' order, without those that have none", () => {
  const sorted = "blue 74 green 25 tan 1";
  expect(weightsText({ green: 25, red: 0, blue: 74, tan: 1 })).toBe(sorted);
  expect(weightsText({ tan: 1, green: 25, blue: 74 })).toBe(sorted);
  expect(weightsText({ blue: 74, green: 25, tan: 1 })).toBe(sorted);
});

describe("the three places where weights stand", () => {
  test.each([
    [reading(BLUE), true],
    [reading(BLUE, null), true],
    [reading(SPLIT, BLUE, BLUE), false],
    [reading(BLUE, SPLIT, BLUE), false],
    [reading(BLUE, BLUE, SPLIT), false],
    [reading(SPLIT, null, BLUE), false],
  ])("%j: all at blue %s", (read, all) => {
    expect(allAt(read, BLUE)).toBe(all);
  });

  test.each([
    ["each may stand where an act of ours left it", reading(BLUE, GREEN, SPLIT), [BLUE, GREEN, SPLIT], false],
    ["config stands elsewhere", reading(SPLIT, BLUE, BLUE), [BLUE, GREEN], true],
    ["state stands elsewhere", reading(BLUE, SPLIT, BLUE), [BLUE, GREEN], true],
    ["the balancer stands elsewhere", reading(BLUE, BLUE, SPLIT), [BLUE, GREEN], true],
    ["there is no state", reading(GREEN, null, GREEN), [BLUE, GREEN], false],
    ["there is no state, and one place is known", reading(GREEN, null), [GREEN], false],
    ["nothing is known, and they agree", reading(SPLIT), undefined, false],
    ["nothing is known, and they don't", reading(SPLIT, SPLIT, BLUE), undefined, true],
    ["nothing is known, and there is no state", reading(SPLIT, null), undefined, false],
  ])("somebody else moved them: %s", (_, read, known, moved) => {
    expect(drifted(read, known)).toBe(moved);
  });

  const drains = (config?: string, state = config, real = config): Reading => ({
    ...reading(GREEN),
    draining: { config, state, real },
  });

  test.each([
    ["nothing, as asked", drains(), undefined, true],
    ["blue, as asked", drains("blue"), "blue", true],
    ["blue, and nothing is to", drains("blue"), undefined, false],
    ["nothing, and blue is to", drains(), "blue", false],
    ["nothing by config", drains(undefined, "blue", "blue"), "blue", false],
    ["nothing by state", { ...drains("blue"), draining: { config: "blue", real: "blue" } }, "blue", false],
    [
      "nothing by the balancer",
      { ...drains("blue"), draining: { config: "blue", state: "blue" } },
      "blue",
      false,
    ],
    [
      "blue where there is no state",
      { ...drains("blue", "red"), state: null, draining: { config: "blue", real: "blue" } },
      "blue",
      true,
    ],
    [
      "nothing by config, and there is no state",
      { ...drains(), state: null, draining: { real: "blue" } },
      "blue",
      false,
    ],
    [
      "nothing by the balancer, and there is no state",
      { ...drains(), state: null, draining: { config: "blue" } },
      "blue",
      false,
    ],
    ["nothing can", reading(GREEN), "blue", true],
  ] as [string, Reading, string | undefined, boolean][])(
    "where they keep sessions, too: %s",
    (_, read, draining, all) => {
      expect(allAt(read, GREEN, draining)).toBe(all);
      expect(allAt(read, BLUE, draining)).toBe(false);
    },
  );

  test.each([
    ["what may drain drains", drains("blue"), "blue", false],
    ["it drains in one place only", drains(undefined, "blue"), "blue", false],
    ["it was ended by somebody", drains(), "blue", false],
    ["something drains, and nothing may", drains("blue"), undefined, true],
    [
      "another drains in one place",
      { ...drains("blue"), draining: { config: "blue", state: "blue", real: "red" } },
      "blue",
      true,
    ],
  ] as [string, Reading, string | undefined, boolean][])(
    "somebody else let sessions drain: %s",
    (_, read, draining, moved) => {
      expect(drifted(read, [GREEN], draining)).toBe(moved);
    },
  );

  test("where nothing is known they must agree on what drains", () => {
    expect(drifted(drains("blue"), undefined)).toBe(false);
    expect(drifted({ ...drains("blue"), draining: { config: "blue" } }, undefined)).toBe(true);
  });

  test("what drains is told with them", () => {
    expect(readingText({ ...drains("blue"), draining: { real: "blue" } })).toBe(
      "config green 100, state green 100, balancer green 100 (blue keeps its sessions)",
    );
    expect(anyDrain({ ...drains(), draining: { state: "blue" } })).toBe("blue");
    expect(anyDrain({ ...drains(), draining: { config: "red", real: "blue" } })).toBe("red");
    expect(anyDrain(drains())).toBeUndefined();
  });

  test("a track that keeps sessions isn't taken its servers", () => {
    expect(() => mustCarryNothing("blue", GREEN, { draining: "blue" })).toThrow(
      "blue still keeps the sessions that it has",
    );
    expect(() =>
      mustCarryNothing("blue", GREEN, { draining: "red", led: { pilots: "green" } }),
    ).not.toThrow();
    expect(() => mustCarryNothing("blue", GREEN, { led: { pilots: "blue" } })).toThrow(
      "the cohort pilots is led to blue: close it first",
    );
    expect(() => mustCarryNothing("green", GREEN)).toThrow("green carries 100 % of the traffic");
  });

  test("what isn't known could be anything", () => {
    expect(isKnown(SPLIT, undefined)).toBe(true);
    expect(isKnown(SPLIT, [])).toBe(false);
    expect(isKnown(SPLIT, [BLUE, SPLIT])).toBe(true);
  });

  test("are told one by one", () => {
    expect(readingText(reading(BLUE, GREEN, SPLIT))).toBe(
      "config blue 100, state green 100, balancer blue 75 green 25",
    );
    expect(readingText(reading(BLUE, null, SPLIT))).toBe("config blue 100, balancer blue 75 green 25");
  });
});
