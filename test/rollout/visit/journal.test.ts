import { expect, it } from "vitest";
import { systemClock } from "../../../rollout/clock.ts";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { replay } from "../../../rollout/core/replay.ts";
import { rolloutsIn } from "../../../rollout/digest/releases.ts";
import { Book } from "../../../rollout/run/book.ts";
import { hearer } from "../../../rollout/run/hearing.ts";
import { entryText } from "../../../rollout/view/entry-text.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { Life, World } from "../../support/simulated-world.ts";

const VISIT: JournalEntry = {
  kind: "visit",
  verb: "exec",
  server: "blue-1",
  command: "ls",
  at: 5,
  by: "ben",
};

it("a run that meets a visit in its journal goes on, as after a person's word", async () => {
  const world = new World();
  const { journal } = simulatedPlatform(new Life(world));
  const book = new Book(journal, systemClock, "runner", () => {});
  await book.read();
  world.journal.push(VISIT);
  expect(await book.write({ kind: "released" })).toBeUndefined();
  expect(await book.write({ kind: "released" })).toMatchObject({ kind: "released" });
});

it("a visit is no answer to a person's word", async () => {
  const world = new World();
  world.journal.push({ kind: "command", command: "rollback", at: world.now, by: "ana" }, VISIT);
  world.lockedBy = "runner";
  const { clock } = new Life(world);
  const runner = await hearer(simulatedPlatform(new Life(world)), clock, "ana");
  expect(runner).toEqual({ owner: "runner", answered: false });
});

it("a visit begins no rollout, and belongs to one only until that has ended", () => {
  expect(replay([VISIT])).toBeUndefined();
  const begin = { kind: "begin", rollout: "r", at: 1, by: "x" } as JournalEntry;
  const ended: JournalEntry = { kind: "ended", outcome: "promoted", reason: "", at: 9, by: "x" };
  expect(rolloutsIn([VISIT, begin, VISIT, ended, VISIT])).toEqual([
    { rollout: "r", entries: [begin, VISIT, ended] },
  ]);
});

it("reads as who did what where", () => {
  expect(entryText(VISIT)).toBe("ben visits: exec blue-1 ls");
});
