import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

// All of what `bin/test` plays a part of: ten minutes on two processors that have nothing else to do.

it("a million rollouts in which things go wrong break no rule", { timeout: 3_000_000 }, () => {
  const main = join(import.meta.dirname, "../sieve/main.ts");
  const told = execFileSync(process.execPath, [main], { encoding: "utf8", maxBuffer: 1 << 28 });
  expect(told).toMatch(/^1000000 schedules in \d+ s, 0 kinds of broken rules$/m);
});
