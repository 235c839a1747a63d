import { describe, expect, test } from "vitest";
import { weightsIn, withStable, withWeights } from "../../../rollout/config/weights.ts";

const FLOW = `# The beta stack.
config:
  aws:region:   us-east-1
  rollout:tracks: # the traffic weights live here and only here
    blue:  { image: "app@sha256:1",   weight: 90 , servers: 1 } # the old one
    green: {weight: 10, servers: 1}
  rollout:stable: blue   # where a rollback goes
  "rollout:domain": 'beta.example.com'
`;
const BLOCK =
  "config:\r\n  rollout:tracks:\r\n    green:\r\n      # careful\r\n      weight: 0x0A # ten\r\n    blue:\r\n      weight: 90\r\n";

describe("weights in a config", () => {
  test.each([
    ["flow style", FLOW],
    ["block style", BLOCK],
  ])("are read, %s", (_, text) => {
    expect(weightsIn(text)).toEqual({ blue: 90, green: 10 });
  });

  test("are changed and nothing else is, to the byte", () => {
    expect(withWeights(FLOW, { blue: 75, green: 25 })).toBe(
      FLOW.replace("weight: 90 ", "weight: 75 ").replace("weight: 10,", "weight: 25,"),
    );
    expect(withWeights(BLOCK, { blue: 100, green: 0 })).toBe(
      BLOCK.replace("0x0A", "0").replace("weight: 90", "weight: 100"),
    );
  });

  test("a track that isn't named gets 0", () => {
    expect(withWeights(FLOW, { green: 100 })).toContain("weight: 0 ,");
  });

  test("the same weights leave the same text", () => {
    expect(withWeights(FLOW, { blue: 90, green: 10 })).toBe(FLOW);
  });

  test("of a track that isn't there, or that aren't 100 in all, are refused", () => {
    expect(() => withWeights(FLOW, { blue: 50, red: 50 })).toThrow("rollout:tracks: there is no track red");
    expect(() => withWeights(FLOW, { blue: 50, green: 40 })).toThrow("they sum to 90");
  });

  test.each([
    ["no tracks", "config: {}\n", "rollout:tracks: must be a mapping"],
    ["text", `config:\n  rollout:tracks: '{"blue":{}}'\n`, "rollout:tracks: must be a mapping"],
    ["no weight", "config:\n  rollout:tracks: { blue: {} }\n", "rollout:tracks.blue.weight: must be"],
    ["a track that is nothing", "config:\n  rollout:tracks: { blue: }\n", "rollout:tracks.blue.weight: must"],
    [
      "an alias, which is another's number",
      "config:\n  a: &n 100\n  rollout:tracks: { blue: { weight: *n } }\n",
      "rollout:tracks.blue.weight: must be a number that stands there itself",
    ],
    ["not YAML", "config: {\n", "the stack's config can't be read"],
  ])("that can't be told are refused: %s", (_, text, message) => {
    expect(() => weightsIn(text)).toThrow(message);
  });
});

describe("the stable track", () => {
  test("is changed and nothing else is", () => {
    expect(withStable(FLOW, "green")).toBe(FLOW.replace("stable: blue ", "stable: green "));
  });

  test("is quoted where another reader would take it for something else", () => {
    const text = "config:\n  rollout:tracks: { on: { weight: 100 } }\n  rollout:stable: blue\n";
    expect(withStable(text, "on")).toContain('rollout:stable: "on"\n');
  });

  test("must be a track", () => {
    expect(() => withStable(FLOW, "red")).toThrow("there is no track red");
  });
});
