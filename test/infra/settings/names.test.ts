import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nameMistakes } from "../../../infra/settings/names.ts";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { shippedConfig } from "../../support/stacks.ts";

const rulesFor = (stack: string, tracks: string[] = ["blue"]) =>
  nameMistakes(stack, tracks).map(({ path, rule }) => `${path}: ${rule}`);

describe("a stack's name", () => {
  test.each(["a", "b2", "qa", "team-qa", "a1-b2-c3", "x".repeat(19), "internals", "my-internal"])(
    "%s will do",
    (stack) => {
      expect(rulesFor(stack, ["abc"])).toEqual([]);
    },
  );

  test.each([
    "QA",
    "team.qa",
    "my_stack",
    "1st",
    "-a",
    "a-",
    "a--b",
    "é",
    "",
    "x".repeat(21),
    "x".repeat(25),
  ])("%j is refused with the rule", (stack) => {
    expect(rulesFor(stack)).toEqual([
      `pulumi:stack: the stack is named ${JSON.stringify(stack)}; what AWS names by it takes 1 to 20 lower-case letters, digits and single hyphens, the first a letter, the last no hyphen`,
    ]);
  });

  test.each(["internal", "internal-qa", "aws-shop", "amazonia", "amzn", "sthree-a", "xn--a"])(
    "%s is AWS's own",
    (stack) => {
      expect(rulesFor(stack)).toHaveLength(1);
    },
  );

  test("leaves a track 23 letters less its own", () => {
    expect(rulesFor("x".repeat(20), ["abc"])).toEqual([]);
    expect(rulesFor("x".repeat(20), ["abc", "abcd"])).toEqual([
      `tracks.abcd: is too long a name in the stack ${"x".repeat(20)}, at most 3 letters: both are in the name of the track's target group`,
    ]);
    expect(rulesFor("x".repeat(11), ["a".repeat(12)])).toEqual([]);
    expect(rulesFor("x".repeat(12), ["a".repeat(12)])).toHaveLength(1);
  });

  test("is judged with all the rest of the config", () => {
    expect(() => parseSettings("team.qa", "us-east-1", { ...shippedConfig("beta"), stable: "none" })).toThrow(
      /team\.qa\.yaml has 2 mistakes:\n {2}pulumi:stack: [^\n]+\n {2}rollout:stable: /,
    );
  });

  test("of any text is accepted or refused with one mistake", () => {
    fc.assert(fc.property(fc.string(), (stack) => nameMistakes(stack, []).length <= 1));
  });
});
