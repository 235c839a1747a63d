import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { Misuse } from "../../../rollout/errors.ts";
import { parseProfile, readProfile, SHIPPED } from "../../../rollout/load/profile/read.ts";
import { lasting, lengthMs, mostPerSecond, mostUsers } from "../../../rollout/load/profile/stages.ts";

const good = `
description: a shop
think: 5s
stages: [{ for: 10s, users: 20 }]
journeys:
  - { name: order, weight: 1, request: POST /orders, body: { a: 1 }, expect: { status: 201, echo: true }, keep: order }
  - { name: look, weight: 3, request: "GET /orders/{order}", expect: { same: true } }
thresholds: { response: { target: 1s } }
`;

/** The good profile with one value changed: `a.0.b` is a path. */
function changed(path: string, value: unknown): string {
  const document = parse(good);
  const keys = path.split(".");
  const last = keys.pop()!;
  keys.reduce((part, key) => part[key], document)[last] = value;
  return stringify(document);
}

describe("a profile", () => {
  test.each(SHIPPED)("%s that is shipped is sound, and has its users", (name) => {
    const profile = readProfile(name);
    expect(profile).toMatchObject({ name, think: "7s", arrivals: "poisson" });
    expect(mostUsers(profile.stages)).toBe(Number(name));
    expect(mostPerSecond(profile)).toBeCloseTo(Number(name) / 7);
    expect(profile.thresholds).toEqual({
      response: { of: "p95", target: "2s", acceptable: "5s", critical: "10s" },
      success: { target: 95, acceptable: 90, critical: 85 },
      users: { target: 100, acceptable: 50, critical: 25 },
    });
    expect(profile.journeys.map(({ weight }) => weight)).toEqual([15, 15, 30, 40]);
  });

  test("of one's own has what it says and the usual rest", () => {
    const profile = parseProfile("load/shop.yaml", good);
    expect(profile).toMatchObject({
      name: "shop",
      thresholds: { response: { target: "1s", acceptable: "5s" } },
    });
    expect(profile.journeys.map(({ expect: { status } }) => status)).toEqual([201, 200]);
  });

  test("keeps its shape in another time", () => {
    const short = lasting(readProfile("10"), 10_000);
    expect(short.stages.map((stage) => stage.for)).toEqual(["1667ms", "6667ms", "1667ms"]);
    expect(Math.abs(lengthMs(short.stages) - 10_000)).toBeLessThan(5);
  });

  test.each([
    ["description", "", "description: must say what the profile is for"],
    ["think", "0s", "think: must be longer than 0"],
    ["think", 7, 'think: must be a duration such as "30m", "1h" or "500ms"'],
    ["arrivals", "random", "arrivals: must be poisson or constant"],
    ["stages", [], "stages: must have at least one stage"],
    ["stages.0.users", -1, "stages[0].users: must be a whole number from 0 to 131070"],
    ["stages.0.users", 0, "stages: must have a stage with users"],
    ["stages.0.for", "0s", "stages: must last longer than 0"],
    ["stages.0.ramp", 1, "stages[0].ramp: unknown key"],
    ["journeys.0.weight", 0, "journeys[0].weight: must be a whole number from 1 to 1000"],
    ["journeys.0.request", "FETCH /", "must be a method and a path, such as GET /quotes/{quote}"],
    ["journeys.0.keep", "basket", "journeys[1].request: reads {order}, which no journey keeps (basket)"],
    ["journeys.1.id", "data.id", "journeys[1].id: needs keep"],
    [
      "journeys.1.expect.holds",
      true,
      "journeys[1].expect.holds: needs a path with something kept whose body",
    ],
    ["journeys.1.name", "order", "journeys[1].name: is the name of journeys[0] too"],
    ["journeys.1.body", { a: 1 }, "journeys[1].body: goes with POST, PUT and PATCH only"],
    ["journeys.1.request", "GET /", "journeys[1].expect.same: needs a path with something kept"],
    ["thresholds.response.acceptable", "500ms", "thresholds.response: must be in order"],
    ["thresholds.success", { target: 80 }, "thresholds.success: must be in order"],
    ["thresholds.errors", {}, "thresholds.errors: unknown key"],
  ])("with %s: %j is refused", (path, value, message) => {
    expect(() => parseProfile("shop.yaml", changed(path, value))).toThrow(message);
    expect(() => parseProfile("shop.yaml", changed(path, value))).toThrow(Misuse);
  });

  test("that isn't there is refused", () => {
    expect(() => readProfile("7")).toThrow("there is no profile 7: name 10, 100, 500, 1000 or a YAML file");
  });
});
