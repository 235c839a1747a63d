import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostFiles } from "../../../../infra/host/cloud-init.ts";
import type { Process } from "../../../../infra/settings/settings.ts";
import { HOST } from "../example.ts";

// How closed each of our units is, by systemd's own judge.

const any = { command: ["x"], stopSeconds: 30, memoryMiB: 512 };
const PROCESSES: Process[] = [
  { ...any, name: "nightly", kind: "job", schedule: "rate(1 day)", timeoutSeconds: 60 },
  { ...any, name: "worker", kind: "worker", count: 2, follows: "stable" },
];
const assets = [{ path: "/assets/", folder: "dist/assets" }];
const app = { ...HOST.app, migrate: ["alembic"], processes: PROCESSES, assets };
const units = hostFiles({ ...HOST, app, assetsBucket: "production-assets-1a2b3c4" }).filter(({ path }) =>
  path.endsWith(".service"),
);

const judge = (...words: string[]) =>
  spawnSync("systemd-analyze", ["security", "--offline=true", ...words], { encoding: "utf8" });
const there = spawnSync("systemd-analyze", ["--version"]).status === 0;
if (!there && process.env.CI) throw new Error("there is no systemd-analyze: bin/install-clients");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-units-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the units are the app's, its processes' and the agents'", () => {
  expect(units.map(({ path }) => basename(path)).toSorted()).toEqual([
    "rollout-answers.service",
    "rollout-app.service",
    "rollout-assets.service",
    "rollout-certificate.service",
    "rollout-credentials.service",
    "rollout-flags.service",
    "rollout-process-nightly.service",
    "rollout-process-worker@.service",
    "rollout-processes.service",
  ]);
});

test.skipIf(!there).each(units.map(({ path, content }) => [basename(path), content] as const))(
  "%s is graded below 4 of 10",
  (name, content) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    // In tenths; it exits 1 above it.
    const { status, stdout, stderr } = judge("--threshold=39", file);
    expect(stderr).not.toMatch(/Unknown|Failed to parse|ignoring/i);
    expect(stdout).toMatch(/Overall exposure level for .*: [0-3]\.\d /);
    expect(status).toBe(0);
  },
);

test.skipIf(!there)("without its sandbox one is open", () => {
  const app = units.find(({ path }) => path.endsWith("rollout-app.service"))?.content ?? "";
  const file = join(folder, "open.service");
  writeFileSync(file, app.slice(0, app.indexOf("CapabilityBoundingSet")));
  expect(judge("--threshold=39", file).stdout).toMatch(/: 9\.\d UNSAFE/);
});

// What fetches by AWS's CLI, which is a snap, and what gives the machine an address, ends before what stays begins.
test("nothing that stays runs outside of the sandbox", () => {
  const outside = units.flatMap(({ content }) => content.match(/^Exec\w+=\+.*$/gm) ?? []);
  expect(outside).toEqual([
    "ExecStartPre=+/usr/local/sbin/rollout-env",
    "ExecStartPre=+/usr/local/sbin/rollout-pull",
    "ExecStartPre=+-/usr/bin/systemctl start rollout-assets.service",
    "ExecStartPre=+/sbin/ip address replace 169.254.170.2/32 dev lo",
  ]);
});
