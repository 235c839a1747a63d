import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../rollout/clock.ts";
import { S3Journal } from "../../../rollout/platforms/aws/journal/journal.ts";
import { takeLease } from "../../../rollout/platforms/aws/journal/lease.ts";
import { Objects } from "../../../rollout/platforms/aws/journal/objects.ts";
import { Held } from "../../../rollout/platforms/held.ts";
import { JournalConflict, type JournalEntry } from "../../../rollout/platforms/platform.ts";
import { apiError } from "./example.ts";
import { fakeS3 } from "./fake-s3.ts";

const s3 = fakeS3();
beforeEach(() => s3.reset());
afterAll(() => s3.mock.restore());

const objects = () => new Objects("us-east-1", "journal");
const journal = () => new S3Journal(objects(), "beta", systemClock);
const entry = (reason: string): JournalEntry => ({ kind: "paused", reason, at: 1, by: "test" });
const puts = () => s3.mock.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);

describe("the journal", () => {
  test("begins empty, and is read by another as it was written", async () => {
    const mine = journal();
    expect(await mine.read()).toEqual({ entries: [], version: null });
    const first = await mine.append(entry("one\ntwo"), null);
    const second = await mine.append(entry("three"), first);
    expect(await journal().read()).toEqual({
      entries: [entry("one\ntwo"), entry("three")],
      version: second,
    });
    expect(puts().map(({ Key, IfMatch, IfNoneMatch }) => [Key, IfMatch, IfNoneMatch])).toEqual([
      ["beta/journal.jsonl", undefined, "*"],
      ["beta/journal.jsonl", first, undefined],
    ]);
  });

  test("of which nothing is new isn't sent again", async () => {
    const mine = journal();
    await mine.append(entry("one"), null);
    const { version } = await mine.read();
    expect(await mine.read()).toEqual({ entries: [entry("one")], version });
  });

  test("refuses what doesn't follow on the newest entry, and writes nothing", async () => {
    const [mine, theirs] = [journal(), journal()];
    const first = await mine.append(entry("one"), null);
    await expect(theirs.append(entry("also the first"), null)).rejects.toThrow(JournalConflict);
    await theirs.read();
    await theirs.append(entry("two"), first);
    // I still believe that "one" is the newest; S3 knows better.
    await expect(mine.append(entry("lost?"), first)).rejects.toThrow(JournalConflict);
    expect((await journal().read()).entries).toEqual([entry("one"), entry("two")]);
  });

  test("of a process that knows the version only goes on", async () => {
    const first = await journal().append(entry("one"), null);
    await journal().append(entry("two"), first);
    expect((await journal().read()).entries).toHaveLength(2);
  });

  test("takes a write whose answer was lost for done: the repetition meets its own work", async () => {
    const mine = journal();
    const first = await mine.append(entry("one"), null);
    s3.failures = [{ error: apiError("PreconditionFailed", 412), done: true }]; // as the retry is told
    const second = await mine.append(entry("two"), first);
    expect(second).toBe(s3.objects.get("beta/journal.jsonl")!.etag);
    expect((await journal().read()).entries).toHaveLength(2);
  });

  test("tries again when S3 says that two wrote at once, and not for ever", async () => {
    s3.failures = [{ error: apiError("ConditionalRequestConflict", 409), done: false }];
    await journal().append(entry("one"), null);
    expect((await journal().read()).entries).toHaveLength(1);
    s3.reset();
    s3.mock.on(PutObjectCommand).rejects(apiError("ConditionalRequestConflict", 409));
    await expect(journal().append(entry("one"), null)).rejects.toThrow(JournalConflict);
  });

  test("that can't be written or read is an error, never an empty one", async () => {
    s3.mock.on(PutObjectCommand).rejects(apiError("SlowDown", 503));
    await expect(journal().append(entry("one"), null)).rejects.toThrow("SlowDown");
    s3.mock.onAnyCommand().rejects(apiError("NoSuchBucket", 404));
    await expect(journal().read()).rejects.toThrow("NoSuchBucket");
  });
});

describe("the lease", () => {
  const LEASE = "beta/lease.json";
  const quick = { lastsMs: 300, beatMs: 20 };
  const take = (owner: string) => takeLease(objects(), LEASE, owner, systemClock, quick);

  test("is one controller's; the second is told whose and since when", async () => {
    const before = Date.now();
    const lock = await journal().lock("ada@laptop 4711");
    const refused = await journal()
      .lock("bob@desk")
      .catch((error) => error);
    expect(refused).toBeInstanceOf(Held);
    expect(refused.owner).toBe("ada@laptop 4711");
    expect(refused.since).toBeGreaterThanOrEqual(before - 5);
    await lock.release();
    await (await journal().lock("bob@desk")).release();
  });

  test("passes on when its holder shows no sign of life, by S3's clock", async () => {
    const text = JSON.stringify({ owner: "killed", since: 1, lastsMs: 300 });
    s3.objects.set(LEASE, { text, etag: '"killed"', mark: "", at: s3.time });
    s3.time += 299;
    await expect(take("next")).rejects.toThrow("is run by killed");
    s3.time += 1;
    await (await take("next")).release();
  });

  test("shows signs of life, and ends at once when it is given back", async () => {
    const lock = await take("ada");
    await expect.poll(() => puts().length, { timeout: 5_000 }).toBeGreaterThan(2);
    expect(lock.lost.aborted).toBe(false);
    await lock.release();
    const written = puts().length;
    await sleep(60);
    expect(puts()).toHaveLength(written);
  });

  test("taken by another tells the one that slept, who doesn't give back what isn't theirs", async () => {
    const lock = await take("asleep");
    s3.objects.set(LEASE, { text: '{"owner":"next","lastsMs":300}', etag: '"next"', mark: "", at: s3.time });
    await expect.poll(() => lock.lost.aborted, { timeout: 5_000 }).toBe(true);
    expect(() => lock.lost.throwIfAborted()).toThrow("the lease of asleep is lost");
    await lock.release();
    expect(s3.objects.get(LEASE)!.etag).toBe('"next"');
  });

  test("outlives a beat that fails", async () => {
    const lock = await takeLease(objects(), LEASE, "ada", systemClock, { lastsMs: 60_000, beatMs: 20 });
    s3.failures = [{ error: apiError("SlowDown", 503), done: false }];
    const before = s3.writes;
    await expect.poll(() => s3.writes, { timeout: 5_000 }).toBeGreaterThan(before + 1);
    expect(lock.lost.aborted).toBe(false);
    await lock.release();
  });

  test.each([
    ["fail", () => Promise.reject(apiError("SlowDown", 503))],
    ["hang", () => sleep(2_000, {})],
  ])("is lost when beats %s until it runs out", async (_, answer) => {
    const lock = await take("ada");
    s3.mock.on(PutObjectCommand).callsFake(answer);
    await expect.poll(() => lock.lost.aborted, { timeout: 1_800 }).toBe(true);
  });

  test("asked for by two at once is one's", async () => {
    const both = await Promise.allSettled([take("ada"), take("bob")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const each of both) if (each.status === "fulfilled") await each.value.release();
  });
});

test("S3's own time tells how far this machine's clock is off", async () => {
  const clock = { now: () => Date.now() + 120_000, sleep: systemClock.sleep };
  const mine = new S3Journal(objects(), "beta", clock);
  expect(mine.aheadMs()).toBe(0);
  await mine.append(entry("one"), null);
  await mine.read();
  await new S3Journal(objects(), "beta", clock).read();
  const other = new S3Journal(objects(), "beta", clock);
  await other.read();
  expect(Math.abs(other.aheadMs() - 120_000)).toBeLessThan(5_000);
});
