import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
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
  expect(sentenceOf(error({ code: "ENOSPC", syscall: "write" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "EACCES", syscall: "spawn x", path: "x" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "ENOENT", syscall: "open", path: "/x" }))).toBeUndefined();
  expect(sentenceOf(error({ code: "ENOSPC", syscall: "open", path: "/x" }))).toContain("the disk is full");
});
