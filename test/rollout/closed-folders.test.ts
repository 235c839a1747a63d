import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sentenceOf } from "../../rollout/failures.ts";
import { layOutSample, ROOT } from "../support/sample.ts";

/** Where nobody makes a folder, not even root. */
const CLOSED = "/sys/kernel";

test.skipIf(process.platform !== "linux").each([
  ["graph", ".cache"],
  ["rehearse up", ".rehearsal"],
])("%s says in a sentence that %s can't be written", (verb, folder) => {
  const project = mkdtempSync(join(tmpdir(), "closed-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  layOutSample(project);
  rmSync(join(project, folder), { force: true });
  symlinkSync(CLOSED, join(project, folder));
  const words = [join(ROOT, "rollout/main.ts"), ...verb.split(" "), "--stack", "beta"];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: project, encoding: "utf8" });
  expect(stderr).toMatch(
    new RegExp(`^\\S+${folder}\\S* \\((mkdir|open)\\): (this user may not|the file)`, "m"),
  );
  expect(stderr).not.toMatch(/^ +at /m);
  expect(status).toBe(1);
});

test("what isn't a file's is no closed file", () => {
  const error = (properties: object) => Object.assign(new Error(), properties);
  expect(sentenceOf(error({ code: "EACCES", syscall: "write" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "EACCES", syscall: "spawn x", path: "x" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "ENOENT", syscall: "open", path: "/x" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "ENOSPC", syscall: "open", path: "/x" }))).toContain("the disk is full");
});

test("a disk that is full is said in a sentence, also where Node names no file", () => {
  const failure = (write: () => void) => {
    try {
      write();
    } catch (error) {
      return sentenceOf(error);
    }
  };
  expect(failure(() => writeFileSync("/dev/full", "x"))).toMatch(
    /^A file can't be written: the disk is full\. /,
  );
  const limited = Object.assign(new Error(), { code: "EFBIG", syscall: "write" });
  expect(sentenceOf(limited)).toBe(
    "A file can't be written: no file of this user may be so large: ulimit -f says how large.",
  );
});
