import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CheckSourceOptions, commonSources } from "../../../rollout/check/sources.ts";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { rehearse, rolledBack } from "./rolled-back.ts";

let projectDir: string;
beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), "check-"));
});
afterEach(() => rmSync(projectDir, { recursive: true }));

function sources(kind: "aws" | "rehearsal", entries: JournalEntry[]) {
  const settings = { tracks: [{ name: "blue" }, { name: "green" }] };
  return commonSources({
    about: { stack: "beta", settings },
    platform: { kind, journal: { read: async () => ({ entries, version: null }) } },
    projectDir,
  } as unknown as CheckSourceOptions);
}

test("a rollback counts that was rehearsed here, and on AWS one that was done there", async () => {
  await rehearse(projectDir, rolledBack("green-2", "bbbb", 2_000));
  const aws = rolledBack("green-1", "aaaa", 1_000);
  expect((await sources("aws", aws).rollback()).rehearsed.map(({ version }) => version)).toEqual([
    "aaaa",
    "bbbb",
  ]);
  expect((await sources("rehearsal", []).rollback()).rehearsed.map(({ version }) => version)).toEqual([
    "bbbb",
  ]);
});

test("a version's rollback counts for every stack, whichever of them it was rehearsed with", async () => {
  await rehearse(projectDir, rolledBack("green-1", "aaaa", 1_000), "prod");
  await rehearse(projectDir, rolledBack("green-2", "bbbb", 2_000), "beta");
  expect((await sources("aws", []).rollback()).rehearsed.map(({ version }) => version)).toEqual([
    "aaaa",
    "bbbb",
  ]);
});
