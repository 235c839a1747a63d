import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { cloudInit, hostFiles } from "../../../infra/host/cloud-init.ts";
import { MIGRATE } from "../../../infra/host/migration.ts";
import { HOST } from "./example.ts";

const WORDS = ["alembic", "-x", "say=it's $HOME `now`", "upgrade", "head"];
const migrating = { ...HOST, app: { ...HOST.app, migrate: WORDS } };
const contentIn = (host: typeof HOST, path: string) =>
  hostFiles(host).find((file) => file.path === path)?.content;
const APP = "/etc/systemd/system/rollout-app.service";

test("without a command nothing of it is on the servers", () => {
  expect(contentIn(HOST, MIGRATE)).toBeUndefined();
  expect(contentIn(HOST, APP)).not.toContain("rollout-migrate");
});

test("with one, it runs after the image is there and before the app", () => {
  const unit = contentIn(migrating, APP)!;
  const order = ["rollout-pull", MIGRATE, "ExecStart="].map((each) => unit.indexOf(each));
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  const place = { region: "eu-south-2", bucket: "b", key: "blue.yaml", version: "1", digest: "0" };
  expect(parse(cloudInit(migrating.app, place)).packages).toContain("postgresql-client");
});

test("the image is given exactly the words, in a container as closed as the app's and without its port", () => {
  const script = contentIn(migrating, MIGRATE)!;
  const [, CONTAINER = "", IMAGE = ""] = /^Environment="CONTAINER=(.*)" IMAGE=(.*)$/m.exec(
    contentIn(migrating, APP)!,
  )!;
  const folder = mkdtempSync(join(tmpdir(), "migration-"));
  writeFileSync(join(folder, "app.env"), "VERSION=1\n");
  // Docker that says what it was told, a word a line.
  const docker = `docker() { printf '%s\\n' "$@"; }; timeout() { shift; "$@"; }; exec() { "$@"; exit; }\n`;
  const { stderr: said, status } = spawnSync("bash", ["--norc", "-c", docker + script, "bash", "run"], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, INSTANCE_ID: "i-1", CONTAINER, IMAGE, ROLLOUT_RUN: folder },
  });
  rmSync(folder, { recursive: true });
  expect(status).toBe(0);
  const told = said.trim().split("\n");
  expect(told.slice(told.indexOf(HOST.image) + 1)).toEqual(WORDS);
  expect(told).toEqual(expect.arrayContaining(["--read-only", "ALL", "/run/rollout/app.env"]));
  expect(said).not.toContain("--publish");
  expect(said).toContain("awslogs-stream=blue/migrate-i-1");
  expect(told).toContain("PGOPTIONS");
});
