import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { FileJournal } from "../../../rollout/platforms/rehearsal/journal/journal.ts";
import { allEntries, journalFolder, keepJournal } from "../../../rollout/platforms/rehearsal/journal/past.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "past-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const logs = () => join(folder, "logs");
const entry = (at: number): JournalEntry => ({ kind: "ended", outcome: "promoted", at, by: "me" }) as never;

async function live(at: number) {
  const journal = new FileJournal(journalFolder(logs()), join(folder, "lock"));
  await journal.append(entry(at), null);
}

it("keeps the journals of a stack's former lives when its logs go", async () => {
  for (const at of [1_000, 2_000]) {
    await live(at);
    keepJournal(folder, logs(), at);
    rmSync(logs(), { recursive: true });
  }
  await live(3_000);
  expect((await allEntries(folder, logs())).map(({ at }) => at)).toEqual([1_000, 2_000, 3_000]);
});

it("is content with a stack that never had a rollout", async () => {
  keepJournal(folder, logs(), 0);
  expect(await allEntries(folder, logs())).toEqual([]);
});
