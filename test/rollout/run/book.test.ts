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
  const life = new Life(world);
  const { journal } = simulatedPlatform(life);
  const book = new Book(journal, life.clock, "first", () => {});
  await book.read();
  world.diskFullUntil = Number.POSITIVE_INFINITY;
  return { book, world, journal };
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

test("what is written after a word that came meanwhile is as old as its mark says: nobody's clock leaps by it", async () => {
  const { book, world, journal } = await bookOnFullDisk();
  await book.write(SICK);
  world.advance(8_000);
  world.diskFullUntil = world.now;
  const { version } = await journal.read();
  const now = { at: world.now, mark: { boot: world.boot ?? "", up: world.now } };
  await journal.append({ kind: "command", command: "pause", by: "anna", ...now }, version);
  await book.catchUp();
  await book.catchUp();
  expect(world.journal.slice(1)).toMatchObject([
    { kind: "command", ...now },
    { kind: "rollback", ...now },
    { kind: "unwritten", ...now },
  ]);
});
