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

it("a version is migrated once: the stack's first by its first server, a candidate's by the rollout's step alone", async () => {
  const blue = { weight: 100, image: image("aa") };
  const project = projectCopy({ tracks: { blue, green: { weight: 0, image: image("aa") } }, app: app(NOTE) });
  await rehearse.up(project);
  expect(migrated()).toHaveLength(1);
  const platform = rehearsalPlatform(project);
  const { signal } = new AbortController();
  // This version is there, so nothing is run.
  expect(await platform.migrate("green", signal)).toMatch(/^`node -e .*` ran, once for this version$/);
  expect(migrated()).toHaveLength(1);

  const { servers: before } = await rehearse.status(project);
  const release = { blue, green: { weight: 0, image: image("bb") } };
  project.configure({ tracks: release, app: app("console.error('no such column'); process.exit(3)") });
  // Neither what applies the config nor a deployment runs it; blue's servers are new ones, as their file has changed.
  const said: string[] = [];
  const ours = "green: its version isn't migrated yet, which its servers don't do";
  await rehearse.apply({ ...project, say: (line) => void said.push(line) });
  await rehearse.up({ ...project, again: true });
  await expect(platform.deploy("green")).rejects.toThrow(
    `${ours}: rollout run --candidate green --stack beta does`,
  );
  expect(said.join("\n")).toContain(ours);
  const idOf = (track: string, servers = before) => servers.find((each) => each.track === track)!.id;
  const { servers: now } = await rehearse.status(project);
  expect([idOf("green", now), now.length]).toEqual([idOf("green"), 2]);
  expect(idOf("blue", now)).not.toBe(idOf("blue"));
  expect(migrated()).toHaveLength(1);
  await expect(platform.migrate("green", signal)).rejects.toThrow(
    /no such column\n[\s\S]*the migration failed with exit code 3: node -e/,
  );

  // Mended: only the new version is due.
  project.configure({ tracks: release, app: app(NOTE) });
  await platform.migrate("green", signal);
  await platform.deploy("green");
  expect(migrated()).toEqual([migrated()[0], "green"]);
  expect(idOf("green", (await rehearse.status(project)).servers)).not.toBe(idOf("green"));
});
