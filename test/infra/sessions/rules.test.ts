import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numbersOf } from "../../../infra/cookies/expressions.ts";
import {
  drainingIn,
  REST,
  rulesAt,
  type SessionRule,
  type Sessions,
  sessionsIn,
  tagOf,
  whomOf,
} from "../../../infra/sessions/rules.ts";

const TWO: Sessions = { stable: "blue", tags: { blue: "blue.0000aaaa", green: "green.0000bbbb" } };
const THREE: Sessions = { stable: "blue", tags: { ...TWO.tags, amber: "amber.0000cccc" } };
const NUMBERS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));

/** As an ALB asks its rules: in their order, the first that has the header. Undefined: the weights say. */
function trackFor(rules: readonly SessionRule[], header: string): string | undefined {
  return rules.find(({ patterns }) => patterns.some((pattern) => new RegExp(pattern).test(header)))?.track;
}

const bucket = (number: string, tag = "red.00000000") => `rollout-bucket=${number}.${tag}`;
const session = (track: string, of = TWO) => `rollout-session=${of.tags[track]}`;

describe("numbers", () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }))
    .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

  test("of every range are matched, and no others", () => {
    for (let from = 0; from < 100; from += 1)
      for (let to = from; to < 100; to += 1) {
        const expression = new RegExp(`^${numbersOf({ from, to })}$`);
        expect(NUMBERS.filter((each) => expression.test(each))).toEqual(NUMBERS.slice(from, to + 1));
      }
  });

  test("take little room", () => {
    fc.assert(fc.property(range, (each) => numbersOf(each).length <= 23));
  });
});

describe("a browser with a number and no session", () => {
  test.each([1, 10, 25, 50, 99, 100])("gets the candidate at %i %% as often as its weight says", (green) => {
    const rules = rulesAt(TWO, { blue: 100 - green, green });
    const tracks = NUMBERS.map((number) => trackFor(rules, bucket(number)));
    expect(tracks.filter((track) => track === "green")).toHaveLength(green);
    expect(tracks.filter((track) => track === "blue")).toHaveLength(100 - green);
  });

  test("never leaves a track whose share grows while another's, not stable's, stays", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("amber", "green"),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom(...NUMBERS),
        (candidate, other, before, after, number) => {
          const [low, high] = [Math.min(before, after), Math.max(before, after)];
          const still = candidate === "amber" ? "green" : "amber";
          const at = (share: number) =>
            trackFor(
              rulesAt(THREE, { blue: 100 - other - share, [still]: other, [candidate]: share }),
              bucket(number),
            );
          if (at(low) === candidate) expect(at(high)).toBe(candidate);
          // Nor does anybody else change but from stable to the candidate.
          if (at(high) !== candidate) expect(at(high)).toBe(at(low));
        },
      ),
    );
  });

  test("that the candidate gave stays with it, and with no other version of its track", () => {
    const rules = rulesAt(TWO, { blue: 90, green: 10 });
    expect(trackFor(rules, bucket("77", TWO.tags.green))).toBe("green");
    expect(trackFor(rules, bucket("77", tagOf("green", "0000cccc1111")))).toBe("blue");
    // Stable gave most of all numbers: a tag of its own would keep everybody.
    expect(trackFor(rules, bucket("05", TWO.tags.blue))).toBe("green");
  });
});

describe("a session", () => {
  test("comes before the number", () => {
    const rules = rulesAt(TWO, { blue: 75, green: 25 });
    expect(trackFor(rules, `${session("blue")}; ${bucket("00")}`)).toBe("blue");
    expect(trackFor(rules, `${bucket("99")}; ${session("green")}`)).toBe("green");
  });

  test("and a number hold nobody with a track that has left", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NUMBERS),
        fc.constantFrom(...Object.values(THREE.tags)),
        fc.constantFrom(...Object.values(THREE.tags)),
        fc.constantFrom("blue", "green", "amber"),
        (number, gave, met, left) => {
          const [first, second] = Object.keys(THREE.tags).filter((track) => track !== left) as [
            string,
            string,
          ];
          const header = `rollout-session=${met}; ${bucket(number, gave)}`;
          // Of everybody else's number stable has the rest: it is asked last, and only it may be sent to without weight.
          for (const weights of [{ [first]: 100 }, { [first]: 40, [second]: 60 }])
            if (left !== THREE.stable) expect(trackFor(rulesAt(THREE, weights), header)).not.toBe(left);
        },
      ),
    );
  });

  test("with stable ends when the other has all", () => {
    const rules = rulesAt(TWO, { blue: 0, green: 100 });
    for (const number of NUMBERS)
      expect(trackFor(rules, `${session("blue")}; ${bucket(number, TWO.tags.blue)}`)).toBe("green");
  });

  test("is known at every place among other cookies, and in nothing that only looks alike", () => {
    const rules = rulesAt(TWO, { blue: 50, green: 50 });
    const own = session("green");
    for (const header of [own, `a=b; ${own}`, `${own}; a=b`, `a=b;${own};c=d`])
      expect(trackFor(rules, header)).toBe("green");
    for (const header of [
      "",
      `x-${own}`,
      `${own}0`,
      `a=${own}`,
      "rollout-bucket=5.x",
      "rollout-bucket=123.x",
      "rollout-session=!green.0000bbbb; a",
    ])
      expect(trackFor(rules, header), header).toBeUndefined();
  });
});

describe("the rules", () => {
  test("fit ALB: 3 expressions a condition, of 128 characters, without look-around and back-references", () => {
    const long = "a-track-with-a-name-of-32-letters";
    const tags = { blue: tagOf("blue", "0".repeat(12)), [long]: tagOf(long, "0".repeat(12)) };
    for (let share = 0; share <= 100; share += 1)
      for (const { patterns } of rulesAt({ stable: "blue", tags }, { blue: 100 - share, [long]: share })) {
        expect(patterns.length).toBeLessThanOrEqual(3);
        for (const pattern of patterns) {
          expect(pattern.length).toBeLessThanOrEqual(128);
          expect(pattern).toMatch(/^\^[ -~]+\$$/);
          expect(pattern).not.toMatch(/\(\?|\\[1-9]| /);
        }
      }
  });

  test.each([
    [{ blue: 75, green: 25 }, 0, "sessions of blue.0000aaaa"],
    [{ blue: 75, green: 25 }, 3, "numbers 00 to 24, and who came to green.0000bbbb"],
    [{ blue: 75, green: 25 }, 4, "all other numbers"],
    [{ blue: 100, green: 0 }, 1, "nobody (green.0000bbbb)"],
    [{ blue: 100, green: 0 }, 3, "nobody"],
  ])("at %j are told in words: rule %i is for %s", (weights, index, whom) => {
    expect(whomOf(rulesAt(TWO, weights)[index]!.patterns)).toBe(whom);
    expect(whomOf(["^/api"])).toBeUndefined();
    expect(whomOf([])).toBeUndefined();
  });

  test("say what they were made from, whatever the weights", () => {
    for (const green of [0, 1, 50, 100]) {
      const rules = rulesAt(THREE, { blue: 100 - green, green });
      const matches = rules.flatMap(({ track, patterns }) => patterns.map((pattern) => ({ track, pattern })));
      expect(sessionsIn(matches)).toEqual(THREE);
      const whole = "aren't whole";
      expect(() => sessionsIn(matches.filter(({ pattern }) => pattern !== REST[0]))).toThrow(whole);
      expect(() => sessionsIn(matches.filter(({ pattern }) => !pattern.includes("session=")))).toThrow(whole);
    }
    expect(sessionsIn([])).toBeUndefined();
  });
});

describe("a track that drains", () => {
  const rules = rulesAt({ ...TWO, draining: "blue" }, { blue: 0, green: 100 });
  const matches = (of: readonly SessionRule[]) =>
    of.flatMap(({ track, patterns }) => patterns.map((pattern) => ({ track, pattern })));

  test("keeps its sessions", () => {
    expect(trackFor(rules, session("blue"))).toBe("blue");
    expect(trackFor(rules, `${bucket("00")}; ${session("blue")}`)).toBe("blue");
    expect(trackFor(rules, session("green"))).toBe("green");
  });

  test("gets nobody else: neither who has its number, nor who has met another version of it", () => {
    for (const number of NUMBERS) {
      expect(trackFor(rules, bucket(number))).toBe("green");
      expect(trackFor(rules, bucket(number, TWO.tags.blue))).toBe("green");
    }
    expect(trackFor(rules, `rollout-session=${tagOf("blue", "0000cccc1111")}`)).toBeUndefined();
    expect(trackFor(rules, "")).toBeUndefined();
  });

  test("is known by its rules, and one that carries weight is none", () => {
    expect(drainingIn(matches(rules), { green: 100 })).toBe("blue");
    expect(drainingIn(matches(rules), { blue: 0, green: 100 })).toBe("blue");
    expect(drainingIn(matches(rulesAt(TWO, { green: 100 })), { green: 100 })).toBeUndefined();
    expect(
      drainingIn(matches(rulesAt(TWO, { blue: 50, green: 50 })), { blue: 50, green: 50 }),
    ).toBeUndefined();
    expect(drainingIn([], { green: 100 })).toBeUndefined();
    // What drained isn't what the rules are made from: an emergency sets them without.
    expect(sessionsIn(matches(rules))).toEqual(TWO);
  });

  test("is told to a reviewer", () => {
    expect(rules.map(({ patterns }) => whomOf(patterns))).toEqual([
      "sessions of blue.0000aaaa",
      "sessions of green.0000bbbb",
      "nobody",
      "numbers 00 to 99, and who came to green.0000bbbb",
      "all other numbers",
    ]);
  });

  test("at any weights, the same as if it carried and nobody had its numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.constantFrom(...NUMBERS), (share, number) => {
        const weights = { blue: 0, green: share, amber: 100 - share };
        const drained = rulesAt({ ...THREE, draining: "blue" }, weights);
        expect(trackFor(drained, `${session("blue", THREE)}; ${bucket(number)}`)).toBe("blue");
        expect(trackFor(drained, bucket(number))).toBe(trackFor(rulesAt(THREE, weights), bucket(number)));
      }),
    );
  });
});
