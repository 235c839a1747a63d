import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BackupClient,
  ListRecoveryPointsByBackupVaultCommand,
  ListRestoreJobsByProtectedResourceCommand,
} from "@aws-sdk/client-backup";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import type { CheckContext } from "../../../rollout/check/about.ts";
import { awsSources } from "../../../rollout/check/aws/sources.ts";
import { PRE_LAUNCH, runChecks } from "../../../rollout/check/run.ts";
import type { DrillRecord } from "../../../rollout/drill/record.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import type { Platform, Weights } from "../../../rollout/platforms/platform.ts";
import { apiError, fakeEngine } from "../aws/example.ts";
import { fakeS3 } from "../aws/fake-s3.ts";

const backup = mockClient(BackupClient);
const s3 = fakeS3();
const projectDir = mkdtempSync(join(tmpdir(), "check-"));
afterAll(() => {
  backup.restore();
  s3.mock.restore();
  rmSync(projectDir, { recursive: true });
});

const { backups, restore, capacity } = PRE_LAUNCH;
const now = Date.UTC(2026, 10, 21, 12);
const settings = parseSettings("beta", "us-east-1", {
  domain: "beta.example.com",
  tracks: { blue: { weight: 100, servers: 2 }, green: { weight: 0, servers: 2 } },
  stable: "blue",
});
const about: CheckContext = { stack: "beta", on: "aws", settings, candidate: "green", now };

function sources(engine = fakeEngine(), asked: string[] = [], real: Weights = { blue: 100 }) {
  const platform = {
    readRealWeights: async () => real,
    async capacity(track: string, share: number) {
      asked.push(`${track} ${share}`);
      return { asked: 2, healthy: 2, need: 2, most: 4, enough: true };
    },
  } as unknown as Platform;
  const graph = () => Promise.reject<Graph>(new Error("no graph is needed here"));
  return awsSources({ about, platform, projectDir, graph, engine });
}

test("what an API refuses is unknown and says so; the other checks go on", async () => {
  backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({
    RecoveryPoints: [
      {
        Status: "COMPLETED",
        RecoveryPointArn: "arn:aws:rds:x:1:snapshot:job-1",
        CreationDate: new Date(now - 3_600_000),
      },
    ],
  });
  backup
    .on(ListRestoreJobsByProtectedResourceCommand)
    .rejects(apiError("AccessDeniedException", 403, "not allowed to list restores"));
  const results = await runChecks({ restore: restore!, backups: backups! }, sources(), about);
  expect(results.map(({ check, status }) => [check, status])).toContainEqual(["backups", "pass"]);
  expect(results.find(({ check }) => check === "restore")).toMatchObject({
    status: "unknown",
    evidence: expect.stringContaining("not allowed to list restores"),
  });
});

test("a drill that failed after its restore job was complete is read from the stack's bucket", async () => {
  backup.on(ListRestoreJobsByProtectedResourceCommand).resolves({
    RestoreJobs: [{ RestoreJobId: "a", Status: "COMPLETED", CompletionDate: new Date(now - 3_600_000) }],
  });
  const record: Partial<DrillRecord> = {
    id: "restore-1",
    drill: "restore",
    startedAt: now - 7_200_000,
    endedAt: now - 3_000_000,
    outcome: "failed",
    checks: [{ name: "row counts", verdict: "fail", details: "orders: is empty" }],
    figures: {},
  };
  const text = `${JSON.stringify(record)}\n`;
  s3.objects.set("beta/drills.jsonl", { text, etag: '"1"', mark: "", at: now });
  const [result] = await runChecks({ restore: restore! }, sources(), about);
  expect(result).toMatchObject({ status: "fail" });
  expect(result!.evidence).toContain("row counts: orders: is empty");
});

test("capacity is asked for each step of the plan, and for all traffic on the stable track", async () => {
  const asked: string[] = [];
  const [result] = await runChecks({ capacity: capacity! }, sources(undefined, asked), about);
  expect(result).toMatchObject({ status: "pass" });
  expect(asked).toEqual(["blue 100", "green 10", "green 25", "green 50", "green 100"]);
});

test("capacity takes a candidate for idle by the balancer's weights, and stable never", async () => {
  const idleWith = async (real: Weights) => {
    const found = await sources(undefined, [], real).capacity();
    return [...new Set(found.flatMap(({ track, idle }) => (idle ? [track] : [])))];
  };
  expect(await idleWith({ blue: 100 })).toEqual(["green"]);
  expect(await idleWith({ blue: 90, green: 10 })).toEqual([]);
  expect(await idleWith({ green: 100 })).toEqual([]);
});

test("a state that can't be read makes its checks unknown, and is read again the next time", async () => {
  const engine = fakeEngine();
  const whole = engine.deployment;
  engine.deployment = () => Promise.reject(new Error("pulumi isn't logged in"));
  const from = sources(engine);
  const [first] = await runChecks({ backups: backups! }, from, about);
  expect(first).toMatchObject({ status: "unknown", evidence: "pulumi isn't logged in" });
  engine.deployment = whole;
  backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({ RecoveryPoints: [] });
  const [second] = await runChecks({ backups: backups! }, from, about);
  expect(second).toMatchObject({
    status: "fail",
    evidence: "the vault holds no good backup of the database",
  });
});
