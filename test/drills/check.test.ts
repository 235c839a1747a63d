import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { offered } from "../rehearsal/openssl.ts";
import { get, projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";

// The checklist and the smoke tests as people call them, on a stack that is up.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  plan: {
    steps: [
      { weight: 40, bake: "1h" },
      { weight: 100, bake: "1h" },
    ],
  },
});
let status: Status;

beforeAll(async () => {
  status = await rehearse.up({ ...project, port: await freePort() });
});
afterAll(removeCopies);

/** What a certificate on an elliptic curve leaves of a policy's ciphers. */
const GCM = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"];
const CHACHA = "ECDHE-ECDSA-CHACHA20-POLY1305";
const BOTH = ["TLSv1.2", "TLSv1.3"];
const AES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"];
const SUITES = [...AES, "TLS_CHACHA20_POLY1305_SHA256"];

// By OpenSSL's own client, against what AWS says of each.
it("each server offers the TLS of what it stands in for", async () => {
  const { database, cache, servers } = JSON.parse(
    readFileSync(join(project.stateDir, "beta/state.json"), "utf8"),
  );
  expect(await offered(Number(new URL(status.url).port))).toEqual({
    // ALB User Guide, "Security policies": ELBSecurityPolicy-TLS13-1-2-Res-2021-06; s2n's groups.
    protocols: BOTH,
    ciphers: GCM,
    suites: SUITES,
    groups: ["X25519", "P-256", "P-384"],
  });
  // RDS User Guide, "Using SSL with a PostgreSQL DB instance": HIGH:!aNULL:!3DES; TLS 1.3 since version 16, which beta has.
  const store = await offered(database.port, "postgres");
  expect(store).toMatchObject({ protocols: BOTH, suites: SUITES, groups: ["P-256"] });
  expect(store.ciphers).toEqual(expect.arrayContaining([...GCM, CHACHA]));
  expect(store.ciphers.filter((name) => /DES|RC4|SEED|IDEA|NULL|ADH|AECDH|EXP/.test(name))).toEqual([]);
  // ElastiCache: TLS 1.2 at least, with forward secrecy.
  expect(await offered(cache.port)).toMatchObject({ protocols: BOTH, ciphers: GCM, suites: AES });
  // A server's nginx is the cloud's own: Mozilla's intermediate configuration.
  expect(await offered(servers[0].port)).toEqual({
    protocols: BOTH,
    ciphers: [...GCM, CHACHA].sort(),
    suites: SUITES,
    groups: ["X25519", "P-256", "P-384"],
  });
});

interface Running {
  child: ChildProcess;
  exit: Promise<number | null>;
  /** All that it said, on both streams. */
  said: () => string;
  /** What it wrote to stdout. */
  out: () => string;
}

function start(...words: string[]): Running {
  const child = spawn(ROLLOUT, [...words, "--stack", "beta"], {
    cwd: project.projectDir,
    env: TYPING,
    stdio: "pipe",
  });
  let said = "";
  let out = "";
  child.stdout.on("data", (data) => {
    said += data;
    out += data;
  });
  child.stderr.on("data", (data) => {
    said += data;
  });
  return { child, exit: once(child, "close").then(([code]) => code), said: () => said, out: () => out };
}

async function rollout(...words: string[]) {
  const running = start(...words);
  return { code: await running.exit, out: running.out(), said: running.said() };
}

/** Each check's outcome by its name, and what it saw. */
async function check() {
  const { code, out } = await rollout("check", "--json");
  const { results, ...rest } = JSON.parse(out) as {
    results: { check: string; status: string; evidence: string; whatToDo: string }[];
  };
  return {
    code,
    rest,
    results,
    status: Object.fromEntries(results.map((each) => [each.check, each.status])),
    evidence: Object.fromEntries(results.map((each) => [each.check, each.evidence])),
  };
}

const until = (holds: () => unknown) => expect.poll(holds, { timeout: 60_000, interval: 100 }).toBeTruthy();

it("tells a stack that isn't ready what is missing, and passes what is good", async () => {
  const { code, rest, results, status, evidence } = await check();
  expect(status).toMatchObject({
    certificate: "pass",
    ports: "pass",
    secrets: "pass",
    capacity: "pass",
    migrations: "pass",
    smoke: "pass",
    dns: "unknown",
    alarms: "unknown",
    flags: "unknown",
    quotas: "unknown",
    restore: "fail",
    rollback: "fail",
  });
  expect(evidence.tls).toMatch(/^grade .*; TLSv1\.2, TLSv1\.3; \d+ suites/);
  expect(evidence.alarms).toContain("whether people confirmed is known to AWS alone");
  expect(evidence.smoke).toBe("18 passed: public name, blue, green");
  expect(results.filter((each) => each.status !== "pass" && each.whatToDo === "")).toEqual([]);
  expect(code).toBe(1);
  expect(rest).toMatchObject({ stack: "beta", on: "rehearsal", passed: false, unknown: 4 });
});

it("knows a backup, and a rollback of this very version, once there were such", async () => {
  const run = start("run");
  await until(() => /read back everywhere: blue 60 green 40/.test(run.said()) || run.child.exitCode !== null);
  run.child.kill("SIGKILL");
  await run.exit;
  expect((await rollout("rollback")).code).toBe(0);
  const { status, evidence } = await check();
  expect(status, JSON.stringify(evidence)).toMatchObject({ backups: "pass", rollback: "pass" });
  expect(evidence.rollback).toMatch(/^[0-9a-f]{12} was taken back \d+ min ago, in green-/);
});

it("watches the service: tells a failure and its end, and Ctrl-C ends it well", async () => {
  const notices = join(status.logs, "rollout", "notices.ndjson");
  const titles = () =>
    existsSync(notices)
      ? readFileSync(notices, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).title as string)
      : [];
  const watching = start("check", "--watch", "1s");
  await until(() => watching.out().includes("health"));
  const { servers } = await rehearse.status(project);
  process.kill(servers.find(({ track }) => track === "blue")!.pids.app!, "SIGKILL");
  await until(() => titles().some((title) => title.startsWith("P1 beta: health fails: blue: ")));
  await rehearse.up(project);
  await until(() => titles().some((title) => title.startsWith("P1 beta: health is well again")));
  watching.child.kill("SIGINT");
  expect(await watching.exit).toBe(0);
});

it("smoke tests pass during maintenance, as operators do, while users get the page", async () => {
  expect((await rollout("maintenance", "on")).code).toBe(0);
  const ca = readFileSync(status.caFile, "utf8");
  expect(await get(`${status.url}/health`, ca)).toMatchObject({ status: 503, track: "" });
  const { code, out } = await rollout("smoke", "--track", "green", "--json");
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, passed: true });
  expect((await rollout("smoke", "--track", "red")).said).toContain("beta has no track red");
});
