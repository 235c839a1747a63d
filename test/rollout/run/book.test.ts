import { expect, test } from "vitest";
import { systemClock } from "../../../rollout/clock.ts";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { Book, TakenOver } from "../../../rollout/run/book.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { Life, World } from "../../support/simulated-world.ts";
import { BEGUN, plan } from "../core/example.ts";

// A journal that can be read and not be written: a full disk.

const FIRST: JournalEntry = {
  ...{ kind: "begin", rollout: "r1", stable: "blue", candidate: "green", plan, at: BEGUN, by: "first" },
};

async function bookOnFullDisk() {
  const world = new World();
  world.journal.push(FIRST);
  const book = new Book(simulatedPlatform(new Life(world)).journal, systemClock, "first", () => {});
  await book.read();
  world.diskFullUntil = Number.POSITIVE_INFINITY;
  return { book, world };
}
const SICK = { kind: "rollback", reason: "sick" } as const;

test("who can't write decides nothing more once another has written", async () => {
  const { book, world } = await bookOnFullDisk();
  world.journal.push({ kind: "paused", reason: "a test", at: BEGUN + 1, by: "second" });
  await expect(book.write(SICK)).rejects.toThrow(TakenOver);
});

test("nor who can't read what another has written", async () => {
  const world = new World();
  const { journal } = simulatedPlatform(new Life(world));
  world.journal.push(FIRST);
  let isLost = false;
  const read = () => (isLost ? Promise.reject(new Error("it can't be read")) : journal.read());
  const book = new Book(
    { ...journal, append: journal.append.bind(journal), read },
    systemClock,
    "first",
    () => {},
  );
  await book.read();
  world.journal.push({ kind: "paused", reason: "a test", at: BEGUN + 1, by: "second" });
  isLost = true;
  await expect(book.write(SICK)).rejects.toThrow(TakenOver);
});

test.each<[string, JournalEntry[]]>([
  ["nobody has", []],
  ["a person has", [{ kind: "command", command: "pause", at: BEGUN + 1, by: "anna" }]],
])("and goes on in memory where %s", async (_, others) => {
  const { book, world } = await bookOnFullDisk();
  world.journal.push(...others);
  expect(await book.write(SICK)).toMatchObject(SICK);
  expect(book.isBehind).toBe(true);
});
