import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Common, commonSources } from "../../../rollout/check/sources.ts";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { FileJournal } from "../../../rollout/platforms/rehearsal/rollout/journal.ts";
import { journalFolder } from "../../../rollout/platforms/rehearsal/rollout/past.ts";

let projectDir: string;
beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), "check-"));
});
afterEach(() => rmSync(projectDir, { recursive: true }));

/** A rollback that counts, of the version. */
function rolledBack(rollout: string, version: string, at: number): JournalEntry[] {
  const weights = (green: number) => ({ kind: "verified", weights: { blue: 100 - green, green } });
  const notes = [
    { kind: "begin", rollout, stable: "blue", candidate: "green", plan: {} },
    { kind: "intent", id: 1, act: { do: "smoke", track: "green" } },
    { kind: "done", id: 1, result: { passed: true, details: [], version } },
    weights(10),
    { kind: "rollback", reason: "asked for" },
    weights(0),
  ];
  return notes.map((note) => ({ ...note, at, by: "me" })) as JournalEntry[];
}

function sources(kind: "aws" | "rehearsal", entries: JournalEntry[]) {
  const settings = { tracks: [{ name: "blue" }, { name: "green" }] };
  return commonSources({
    about: { stack: "beta", settings },
    platform: { kind, journal: { read: async () => ({ entries, version: null }) } },
    projectDir,
  } as unknown as Common);
}

async function rehearsed(entries: JournalEntry[], stack = "beta") {
  const logs = join(projectDir, ".rehearsal", stack, "logs");
  const journal = new FileJournal(journalFolder(logs), join(projectDir, "lock"));
  let version: string | null = null;
  for (const entry of entries) version = await journal.append(entry, version);
}

test("a rollback counts that was rehearsed here, and on AWS one that was done there", async () => {
  await rehearsed(rolledBack("green-2", "bbbb", 2_000));
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
  await rehearsed(rolledBack("green-1", "aaaa", 1_000), "prod");
  await rehearsed(rolledBack("green-2", "bbbb", 2_000), "beta");
  expect((await sources("aws", []).rollback()).rehearsed.map(({ version }) => version)).toEqual([
    "aaaa",
    "bbbb",
  ]);
});
