import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// The servers' own script, against the real PostgreSQL.

const trace = join(tmpdir(), `migrations-${process.pid}`);
afterAll(async () => {
  await removeCopies();
  rmSync(trace, { force: true });
});

const NOTE = "require('fs').appendFileSync(process.env.TRACE, process.env.TRACK + '\\n')";
const app = (script: string) => ({ migrate: ["node", "-e", script], environment: { TRACE: trace } });
const migrated = () => (existsSync(trace) ? readFileSync(trace, "utf8").trim().split("\n") : []);

const image = (digits: string) => `registry.example.com/app@sha256:${digits.repeat(32)}`;

it("a version is migrated once, by its first server, whichever servers start", async () => {
  const blue = { weight: 100, image: image("aa") };
  const project = projectCopy({ tracks: { blue, green: { weight: 0, image: image("aa") } }, app: app(NOTE) });
  await rehearse.up(project);
  expect(migrated()).toHaveLength(1);
  const platform = rehearsalPlatform(project);
  const { signal } = new AbortController();
  // This version is there, so nothing is run.
  expect(await platform.migrate("green", signal)).toMatch(/^`node -e .*` ran, once for this version$/);
  expect(migrated()).toHaveLength(1);

  const release = { blue, green: { weight: 0, image: image("bb") } };
  project.configure({ tracks: release, app: app("console.error('no such column'); process.exit(3)") });
  await expect(platform.deploy("green")).rejects.toThrow(
    /no such column\n[\s\S]*the migration failed with exit code 3: node -e/,
  );

  // Mended: only the new version is due. Blue's servers are new ones too, as their file has changed.
  project.configure({ tracks: release, app: app(NOTE) });
  await platform.deploy("green");
  expect(migrated()).toEqual([migrated()[0], "green"]);
});
