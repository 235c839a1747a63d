import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { edited } from "../../../rollout/config/edit.ts";
import {
  stackFileOf,
  weightsIn,
  writeMaintenance,
  writeServers,
  writeStable,
  writeWeights,
} from "../../../rollout/config/stack-file.ts";

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

describe("a stack's file", () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-file-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: rollout\n");
    file = stackFileOf(folder, "beta");
    writeFileSync(file, TEXT);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("takes weights, servers and maintenance", () => {
    writeWeights(file, { green: 100 });
    expect(weightsIn(file)).toEqual({ blue: 0, green: 100 });
    writeServers(file, "blue", 4);
    writeMaintenance(file, true);
    writeStable(file, "green");
    const text = readFileSync(file, "utf8");
    expect(text).toContain("blue: { weight: 0, servers: 4 } # the old one");
    expect(text).toContain("rollout:maintenance: true");
    expect(text).toContain("rollout:stable: green");
  });
  it.each([
    [{ blue: 50 }, "weights must sum to 100, they sum to 50"],
    [{ blue: 50.5, green: 49.5 }, "the weight of blue must be a whole percent, it is 50.5"],
    [{ blue: 50, red: 50 }, "has no track red"],
  ])("refuses %j", (weights, message) => {
    expect(() => writeWeights(file, weights as Record<string, number>)).toThrow(message);
  });
});
