import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forwardAction, testerConditions, testerPriorities } from "../../../infra/traffic/forward.ts";

const track = (name: string, weight: number) => ({ name, weight, targetGroupArn: `arn:${name}` });
const OFF = { enabled: false, duration: 1 };

describe("the forward action", () => {
  test("splits by weight, sorted by name whatever the config's order", () => {
    expect(forwardAction([track("green", 10), track("blue", 90)])).toEqual({
      type: "forward",
      forward: {
        targetGroups: [
          { arn: "arn:blue", weight: 90 },
          { arn: "arn:green", weight: 10 },
        ],
        stickiness: OFF,
      },
    });
  });

  test("leaves out a track at weight 0, which would keep the clients that stick to it", () => {
    expect(forwardAction([track("blue", 100), track("green", 0)]).forward).toEqual({
      targetGroups: [{ arn: "arn:blue", weight: 100 }],
      stickiness: OFF,
    });
  });

  test("refuses to send traffic nowhere", () => {
    expect(() => forwardAction([track("blue", 0)])).toThrow(new RangeError("no track carries weight"));
    expect(() => forwardAction([])).toThrow(new RangeError("no track carries weight"));
  });
});

describe("testers", () => {
  test("name the track in a header or a cookie", () => {
    expect(testerConditions("green")).toEqual({
      header: [{ httpHeader: { httpHeaderName: "x-rollout-track", values: ["green"] } }],
      cookie: [
        {
          httpHeader: {
            httpHeaderName: "cookie",
            values: ["*rollout-track=green", "*rollout-track=green;*"],
          },
        },
      ],
    });
  });

  test.each([
    ["rollout-track=v1", ["v1"]],
    ["rollout-track=v10", ["v10"]],
    ["session=abc; rollout-track=v1; theme=dark", ["v1"]],
    ["session=abc; rollout-track=v10", ["v10"]],
    ["rollout-track=; session=v1", []],
  ])("the cookie header %j goes to %j", (header, expected) => {
    const taken = ["v1", "v10"].filter((name) => matches(testerConditions(name).cookie, header));
    expect(taken).toEqual(expected);
  });

  test("common names have places of their own, headers before cookies", () => {
    const places = [...testerPriorities(["blue", "green", "red", "amber", "canary"]).values()];
    expect(new Set(places.flatMap(({ header, cookie }) => [header, cookie])).size).toBe(10);
    expect(Math.max(...places.map(({ header }) => header))).toBeLessThan(
      Math.min(...places.map(({ cookie }) => cookie)),
    );
  });

  test("a new track moves no other track's rules", () => {
    const two = testerPriorities(["blue", "green"]);
    const three = testerPriorities(["amber", "green", "blue"]);
    for (const name of ["blue", "green"]) expect(three.get(name)).toEqual(two.get(name));
  });

  test("any names have distinct places that ALB takes, in any order", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 100 }), (names) => {
        const places = testerPriorities(names);
        const numbers = [...places.values()].flatMap(({ header, cookie }) => [header, cookie]);
        expect(new Set(numbers).size).toBe(names.length * 2);
        expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...numbers)).toBeLessThanOrEqual(50_000);
        expect(testerPriorities(names.toReversed())).toEqual(places);
      }),
    );
  });
});

/** As ALB matches a header: `*` is any text, `?` any character, one of the values is enough. */
function matches(conditions: ReturnType<typeof testerConditions>["cookie"], header: string): boolean {
  return conditions.every((condition) => {
    const { values } = (condition as { httpHeader: { values: string[] } }).httpHeader;
    return values.some((value) =>
      new RegExp(`^${value.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(header),
    );
  });
}
