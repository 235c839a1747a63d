import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "..");
let folder: string;

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
    encoding: "utf8",
  });

function preview(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, "bin", "rollout"), ["preview", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A repository with three commits: sound, with a program that fails, and sound with another stack. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-cli-"));
  cpSync(join(ROOT, "test", "fixtures", "small"), folder, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, ".gitignore"), "node_modules\n*.json\n!package.json\n");
  git("init", "--quiet");
  commit("sound");
  appendFileSync(join(folder, "index.ts"), "\nthis is no program\n");
  commit("failing");
  git("checkout", "--quiet", "sound", "--", "index.ts");
  cpSync(join(folder, "Pulumi.beta.yaml"), join(folder, "Pulumi.fresh.yaml"));
  commit("fresh");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function commit(tag: string): void {
  git("add", "--all");
  git("commit", "--quiet", "--no-gpg-sign", "-m", tag);
  git("tag", tag);
}

test("no change is one line for each stack", () => {
  const { status, stdout, stderr } = preview("--base", "fresh");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^(\S+: no change \(11 resources\)\n){3}$/);
});

test("an unknown revision fails with what to do", () => {
  expect(preview("--base", "nowhere")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/^--base: there is no revision "nowhere" in this repository; git fetch/),
  });
});

test("a stack that the base doesn't have is new, and one that the base had stays until it is taken down", () => {
  const { status, stdout } = preview("--base", "sound");
  // Of a new stack every rule that it breaks is new.
  expect(status).toBe(1);
  expect(stdout).not.toContain("can't be compared");
  expect(stdout).toMatch(/\nfresh: a new stack; no danger found, \d+ rules? broken; 11 created\n/);
  expect(stdout).toMatch(/(^|\n)beta: no change/);
  rmSync(join(folder, "Pulumi.fresh.yaml"));
  try {
    expect(preview("--base", "fresh").stdout).toContain(
      "Note: Pulumi.fresh.yaml is gone: what the stack fresh runs stays, and costs.",
    );
  } finally {
    git("checkout", "--quiet", "fresh", "--", "Pulumi.fresh.yaml");
  }
});

test("a program that doesn't compile at the base says so, without the folder it was in", () => {
  const { status, stdout } = preview("--base", "failing", "--stack", "beta");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^beta: can't be compared\n {2}at failing: .*(SyntaxError|index\.ts)/s);
  expect(stdout).not.toContain("rollout-base-");
});

test("a graph of another version is refused by name", () => {
  writeFileSync(join(folder, "old.json"), JSON.stringify({ version: 0, stack: "beta" }));
  const { status, stdout } = preview("--base", "old.json", "--json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout).problems).toEqual([
    {
      stack: "beta",
      message: expect.stringMatching(/^in old.json: a graph of version 0, and this rollout reads version 1/),
    },
  ]);
});

test("a file that is no graph, or isn't there, says what would be one", () => {
  writeFileSync(join(folder, "list.json"), "[1]");
  expect(preview("--base", "list.json")).toMatchObject({
    status: 1,
    stderr:
      "--base: list.json is no graph (it names no stack); rollout graph --stack NAME --json prints one\n",
  });
  expect(preview("--base", "none.json").stderr).toMatch(/no revision "none\.json".*nor is there a file/);
  expect(preview("--engine", "none.json").stderr).toMatch(
    /can't read none\.json \(ENOENT\); pulumi preview --json/,
  );
});

test("a preview of the engine that failed ends with 1 and says why; its steps are a part and no more", () => {
  const urn = "urn:pulumi:beta::small::aws:rds/instance:Instance::gone";
  const oldState = { urn, type: "aws:rds/instance:Instance", custom: true, inputs: {} };
  const message = "error: resource gone cannot be deleted with PASSWORD=canary-of-the-engine-12";
  const write = (steps: object[]) =>
    writeFileSync(
      join(folder, "failed.json"),
      JSON.stringify({ steps, diagnostics: [{ severity: "error", message }] }),
    );
  for (const [steps, stacks] of [
    [[{ op: "delete", urn, oldState }], 1],
    [[{ op: "same", urn: "urn:pulumi:beta::small::pulumi:pulumi:Stack::small-beta" }], 0],
    [[], 0],
  ] as const) {
    write([...steps]);
    for (const format of stacks > 0 ? ["terminal", "markdown", "html"] : ["terminal"]) {
      const { status, stdout } = preview("--engine", "failed.json", "--format", format);
      expect(status).toBe(1);
      expect(stdout).toMatch(/pulumi preview failed: what changes isn.{1,6}t known, or only in part/);
      expect(stdout).toContain("resource gone cannot be deleted");
      expect(stdout).not.toMatch(/canary|no change|\d unchanged/);
      expect(
        stdout.includes("beta: only a part, the preview failed: 1 danger; 1 deleted, the rest unknown"),
      ).toBe(stacks > 0);
    }
  }
  expect(preview("--engine", "failed.json", "--stack", "fresh").stdout).toMatch(/^fresh: can't be compared/);
}, 60_000);

test("other packages at the base are a note, also when nothing else changes", () => {
  const lock = (version: string) => JSON.stringify({ packages: { "": {}, "node_modules/a": { version } } });
  writeFileSync(join(folder, "package-lock.json"), lock("1.0.0"));
  git("add", "--force", "package-lock.json");
  commit("locked");
  writeFileSync(join(folder, "package-lock.json"), lock("2.0.0"));
  try {
    for (const format of ["terminal", "html"]) {
      const { stdout } = preview("--base", "locked", "--stack", "beta", "--format", format);
      expect(stdout.replaceAll("&gt;", ">")).toContain("(a 1.0.0 -> 2.0.0)");
    }
  } finally {
    rmSync(join(folder, "package-lock.json"));
  }
});

test("--install needs something to install from", () => {
  expect(preview("--base", "sound", "--install")).toMatchObject({
    status: 1,
    stderr: "--install: at sound there is no package-lock.json to install from\n",
  });
});

test("the message of a program that fails shows no secret", () => {
  const canary = "canary-of-a-message-12";
  const failing = `\nthrow new Error("connect to postgresql://app:${canary}@db/app PASSWORD=${canary}");\n`;
  appendFileSync(join(folder, "index.ts"), failing);
  try {
    for (const format of ["markdown", "json"]) {
      const { stdout, stderr } = preview("--base", "sound", "--stack", "beta", "--format", format);
      expect(stdout).toContain("(secret)");
      expect(stdout + stderr).not.toContain("canary");
    }
  } finally {
    git("checkout", "--quiet", "sound", "--", "index.ts");
  }
});

test("several stacks in one option", () => {
  const { status, stdout } = preview("--base", "fresh", "--stack", "beta", "fresh");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^beta: no change .*\nfresh: no change .*\n$/);
});

test("every format, against a graph that was kept", () => {
  const graph = spawnSync(join(ROOT, "bin", "rollout"), ["graph", "--stack", "beta", "--json"], {
    cwd: folder,
    encoding: "utf8",
  });
  writeFileSync(join(folder, "kept.json"), graph.stdout);
  for (const [format, text] of Object.entries({
    terminal: /^beta: no change/,
    markdown: /beta: no change/,
    html: /^<!doctype html>.*beta/is,
    json: /^\{\s*"version":\s*1.*"stack":\s*"beta"/s,
  })) {
    const { status, stdout } = preview("--base", "kept.json", "--format", format);
    expect(status).toBe(0);
    expect(stdout).toMatch(text);
  }
}, 60_000);

test("misuse ends with 2", () => {
  expect(preview().status).toBe(2);
  expect(preview("--base", "sound", "--format", "pdf").status).toBe(2);
  expect(preview("--base", "sound", "--json", "--format", "html").status).toBe(2);
});

test("nothing stays behind in the repository", () => {
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
});
