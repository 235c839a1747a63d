import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

// What `bin/test` plays a part of: a million take ten minutes on two processors that have nothing else to do, so a landing
// (.ci/run) plays some of them and each night all.
const SCHEDULES = Number(process.env.SIEVE_SCHEDULES ?? 1_000_000);

it(`${SCHEDULES} rollouts in which things go wrong break no rule`, { timeout: 3_000_000 }, () => {
  const main = join(import.meta.dirname, "../sieve/main.ts");
  const told = execFileSync(process.execPath, [main, "--schedules", String(SCHEDULES)], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  expect(told.split("\n")).toContainEqual(
    expect.stringMatching(/^\d+ schedules in \d+ s, 0 kinds of broken rules$/),
  );
  expect(told).toContain(`${SCHEDULES} schedules in `);
});
