import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, sampleProject } from "../../../support/sample.ts";

// For real, on this machine: without credentials, and without what a person may have set.

function typed(...words: string[]) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "rollout/main.ts"), ...words], {
    cwd: sampleProject(),
    env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" },
    encoding: "utf8",
  });
  return { status, stdout, stderr, seconds: (performance.now() - began) / 1000 };
}

test("says within seconds what is missing for what", () => {
  const { status, stdout, stderr, seconds } = typed("doctor", "--stack", "beta");
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^MISSING {2}credentials /m);
  expect(stdout).toMatch(/^MISSING {2}state /m);
  expect(stdout).toMatch(/^up \(pulumi up\) +lacks .*credentials/m);
  expect(status).toBe(1);
  // The limit is 6 s for what asks the network; the rest is for a machine that does other things beside.
  expect(seconds).toBeLessThan(20);
});

test("ends with 0 where nothing is missing for what is asked", () => {
  const { status, stdout } = typed("doctor", "--stack", "beta", "--for", "preview", "--json");
  const { rows } = JSON.parse(stdout) as { rows: { what: string; status: string }[] };
  expect(rows.map(({ what }) => what)).toEqual(["node", "packages", "config", "git"]);
  const missing = rows.filter((row) => row.status === "fail").map(({ what }) => what);
  expect(status).toBe(missing.length > 0 ? 1 : 0);
});
