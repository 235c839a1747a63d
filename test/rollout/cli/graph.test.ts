import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const FIXTURES = join(ROOT, "test", "fixtures");

/** Runs the command as a user does, in a project's folder. */
function rollout(fixture: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, "bin", "rollout"), args, {
    cwd: join(FIXTURES, fixture),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("rollout graph", () => {
  test("prints a tree for people", () => {
    const { status, stdout, stderr } = rollout("small", "graph", "--stack", "beta");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("small/beta: 11 resources in 1 component\n");
    expect(stdout).toContain(
      "\nstore  small:index:Store\n  store-bucket  aws:s3/bucket:Bucket  [protected]\n",
    );
    expect(stdout).toContain("\nOutputs: bucketArn, greeting, secretText, server\n");
  });

  test("prints one JSON document with --json", () => {
    const { status, stdout } = rollout("small", "graph", "--json", "-s", "beta");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ project: "small", stack: "beta" });
  });

  test("fails with 1 and the program's own message when it refuses its config", () => {
    expect(rollout("refusing", "graph", "--stack", "beta")).toEqual({
      status: 1,
      stdout: "",
      stderr: "refusing:weight: must be from 0 to 100, it is 101\nrefusing:stable: names no track\n",
    });
  });

  test("fails with 1 and where it is when the program has a bug", () => {
    const { status, stderr } = rollout("broken", "graph", "--stack", "beta");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: no use for true\n {4}at .*broken\/index.ts/);
  });

  test("fails with 1 for a stack that isn't there", () => {
    expect(rollout("broken", "graph", "--stack", "x")).toEqual({
      status: 1,
      stdout: "",
      stderr: `no stack "x": the stacks are beta (Pulumi.<stack>.yaml)\n`,
    });
  });
});

describe("misuse ends with 2", () => {
  const misuses: [string[], RegExp][] = [
    [["graph"], /^which stack\? Add --stack NAME, such as: rollout graph --stack beta\n$/],
    [["graph", "--stack"], /argument missing/],
    [["graph", "--stack", "beta", "--sideways"], /unknown option '--sideways'/],
    [["grpah"], /unknown command 'grpah'/],
    [[], /Usage: rollout/],
  ];
  test.each(misuses)("rollout %j", (args, message) => {
    const { status, stdout, stderr } = rollout("small", ...args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });

  test("asking for help is no misuse", () => {
    const { status, stdout } = rollout("small", "graph", "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Usage: rollout graph/);
    expect(stdout).toMatch(/--stack <name>/);
  });
});
