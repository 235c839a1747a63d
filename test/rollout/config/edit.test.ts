import { describe, expect, it } from "vitest";
import { edited } from "../../../rollout/config/edit.ts";

const TEXT = `# who reads this
config:
  aws:region:   us-east-1   # odd spaces stay
  rollout:tracks: # the weights
    blue: { weight: 90, servers: 2 } # the old one
    green:
      # the new one
      weight: 10   # ten
  rollout:operators: {email: [ops@example.com]}
`;

describe("a config that is edited", () => {
  it("changes the value and no other byte", () => {
    const after = edited(TEXT, [{ path: ["rollout:tracks", "green", "weight"], value: 100 }], "x");
    expect(after).toBe(TEXT.replace("weight: 10 ", "weight: 100 "));
  });
  it("stays the same text when nothing changes", () => {
    expect(edited(TEXT, [{ path: ["rollout:tracks", "blue", "weight"], value: 90 }], "x")).toBe(TEXT);
  });
  it.each([
    [["rollout:tracks", "green", "servers"], 3, "# ten\n", "# ten\n      servers: 3\n"],
    [["rollout:tracks", "blue", "maxServers"], 3, "servers: 2 }", "servers: 2, maxServers: 3 }"],
    [["rollout:maintenance"], true, /$/, "  rollout:maintenance: true\n"],
  ])("puts a new key %j behind the others, and changes no other byte", (path, value, before, after) => {
    expect(edited(TEXT, [{ path, value }], "x")).toBe(TEXT.replace(before, after));
  });
  it("writes into an empty map, and at the end of a file without a last line break", () => {
    const empty = edited(
      "config:\n  rollout:tracks: {} # none\n",
      [{ path: ["rollout:tracks", "a"], value: 1 }],
      "x",
    );
    expect(empty).toContain("a: 1");
    expect(empty).toContain("# none");
    const open = edited("config:\n  a: 1", [{ path: ["b"], value: 2 }], "x");
    expect(open).toBe("config:\n  a: 1\n  b: 2");
  });
  it("refuses what isn't there to be edited", () => {
    expect(() => edited(TEXT, [{ path: ["rollout:tracks", "blue"], value: 1 }], "x")).toThrow(
      "x: rollout:tracks.blue is not a plain value",
    );
    expect(() => edited(TEXT, [{ path: ["aws:region", "blue"], value: 1 }], "x")).toThrow(
      "x: aws:region is not a map",
    );
  });
});
