import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** As vitest's JSON reporter writes it: two files with tests, and one that doesn't load. */
const REPORT = {
  numPassedTests: 2,
  numFailedTests: 1,
  testResults: [
    {
      status: "failed",
      assertionResults: [
        { status: "passed", fullName: "a" },
        { status: "failed", fullName: "b" },
        { status: "skipped", fullName: "a page opens" },
      ],
    },
    {
      status: "passed",
      assertionResults: [
        { status: "passed", fullName: "c" },
        { status: "todo", fullName: "somebody has to write this" },
      ],
    },
    { status: "failed", assertionResults: [] },
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tally-"));
  writeFileSync(join(folder, "report.json"), JSON.stringify(REPORT));
});
afterAll(() => rmSync(folder, { recursive: true }));

function tally(...options: string[]) {
  const script = join(import.meta.dirname, "tally.ts");
  return spawnSync(process.execPath, [script, join(folder, "report.json"), ...options], { encoding: "utf8" });
}

test("counts what passed, failed and was skipped; a file that doesn't load has failed", () => {
  expect(tally()).toMatchObject({ stdout: "2 2 2\n", stderr: "" });
});

test("where nothing may be skipped, a skipped test has failed and is named", () => {
  const { stdout, stderr } = tally("--skips-fail");
  expect(stdout).toBe("2 4 0\n");
  expect(stderr).toMatch(/: a page opens\n.*: somebody has to write this\n/);
});
