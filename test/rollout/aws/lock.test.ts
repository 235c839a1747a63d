import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { isLeft, locksIn, lockText } from "../../../rollout/platforms/aws/pulumi/lock.ts";

/** As Pulumi 3.260 printed it, with a file and a bucket as its backend. */
const REFUSED = `error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///tmp/state/.pulumi/locks/organization/rollout/beta/0a.json: created by ann@build-1 (pid 4711) at 2026-11-30T01:10:12Z
  s3://state/.pulumi/locks/organization/rollout/beta/0b.json: created by ci runner@fv-az12.internal (pid 9) at 2026-11-30T03:09:12+02:00
`;
const NOW = Date.parse("2026-11-30T01:20:12Z");

test("who holds a stack, and since when", () => {
  expect(locksIn(REFUSED)).toEqual([
    {
      by: "ann@build-1",
      machine: "build-1",
      process: 4711,
      since: Date.parse("2026-11-30T01:10:12Z"),
    },
    {
      by: "ci runner@fv-az12.internal",
      machine: "fv-az12.internal",
      process: 9,
      since: Date.parse("2026-11-30T01:09:12Z"),
    },
  ]);
  expect(lockText("beta", locksIn(REFUSED).slice(0, 1), NOW)).toBe(
    "another update of beta is under way: ann@build-1 (process 4711) holds it since 2026-11-30T01:10:12Z, 10 min. If it has died: npx pulumi cancel beta",
  );
});

test("Pulumi Cloud names nobody", () => {
  const refused = "error: [409] Conflict: Another update is currently in progress.";
  expect(locksIn(refused)).toEqual([]);
  expect(lockText("beta", [], NOW)).toContain("Pulumi Cloud's page of the stack says whose");
});

test("a lock is left behind when its process was on this machine and has ended", () => {
  const { pid } = spawnSync("true");
  const lock = { by: "ann", machine: hostname(), process: pid, since: NOW };
  expect(isLeft(lock)).toBe(true);
  expect(isLeft({ ...lock, process: process.pid })).toBe(false);
  expect(isLeft({ ...lock, machine: `other-${hostname()}` })).toBe(false);
});
