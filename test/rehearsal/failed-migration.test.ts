import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { projectCopy, removeCopies } from "./project.ts";

// A migration that fails is tried as often as the plan says, and its error is told once.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });

beforeAll(async () => {
  await rehearse.up({ ...project, port: await freePort() });
});
afterAll(removeCopies);

test("the traceback of a failed migration stands once in what a rollout says", () => {
  const python = "import decimal\ndef upgrade():\n  decimal.Decimal(1) / 0\nupgrade()\n";
  writeFileSync(join(project.projectDir, "migrate.py"), python);
  project.configure({
    tracks: { blue: { weight: 100 }, green: { weight: 0 } },
    app: { migrate: ["python3", "migrate.py"] },
  });
  const run = spawnSync(ROLLOUT, ["run", "--candidate", "green", "--stack", "beta"], {
    cwd: project.projectDir,
    encoding: "utf8",
    timeout: 120_000,
  });
  expect(run.status).toBe(1);
  const said = `${run.stderr}${run.stdout}`;
  expect(said.match(/Traceback/g), said).toHaveLength(1);
  expect(said.match(/^\s*decimal\.DivisionByZero:/gm)).toHaveLength(1);
  expect(said.match(/failed: migrate the database/g)).toHaveLength(3);
  expect(run.stdout).toMatch(/^rolled-back: migrate failed: \S+\.migrate failed \(\d+\)[^\n]*\n$/);
});
