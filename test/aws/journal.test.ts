import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { S3Journal } from "../../rollout/platforms/aws/journal/journal.ts";
import { takeLease } from "../../rollout/platforms/aws/journal/lease.ts";
import { Objects } from "../../rollout/platforms/aws/journal/objects.ts";
import { Held } from "../../rollout/platforms/held.ts";
import { JournalConflict, type JournalEntry } from "../../rollout/platforms/platform.ts";
import { Moto, motoThere, skipped } from "./moto.ts";

const entry = (reason: string): JournalEntry => ({ kind: "paused", reason, at: 1, by: "test" });

describe.skipIf(!motoThere)(`${skipped}an S3 that enforces conditions`, () => {
  let moto: Moto;
  let number = 0;
  beforeAll(async () => {
    moto = await Moto.start();
    await new S3Client({}).send(new CreateBucketCommand({ Bucket: "journal" }));
  });
  afterAll(() => moto?.stop());

  const objects = () => new Objects("us-east-1", "journal");
  const journal = (stack: string) => new S3Journal(objects(), stack, systemClock);
  const newStack = () => `stack${++number}`;

  test("keeps what was appended, and tells when nothing is new", async () => {
    const stack = newStack();
    const mine = journal(stack);
    expect(await mine.read()).toEqual({ entries: [], version: null });
    let version = await mine.append(entry("one"), null);
    version = await mine.append(entry("zwei, naïve ✓"), version);
    expect(await mine.read()).toEqual({ entries: [entry("one"), entry("zwei, naïve ✓")], version });
    expect(await journal(stack).read()).toEqual(await mine.read());
  });

  test("refuses a second beginning, and what doesn't follow on the newest", async () => {
    const stack = newStack();
    const first = await journal(stack).append(entry("one"), null);
    await expect(journal(stack).append(entry("also one"), null)).rejects.toThrow(JournalConflict);
    const mine = journal(stack);
    await mine.read();
    await journal(stack).append(entry("two"), first);
    await expect(mine.append(entry("lost?"), first)).rejects.toThrow(JournalConflict);
    expect((await mine.read()).entries).toEqual([entry("one"), entry("two")]);
  });

  test("loses no entry of writers that race: each that was told it is in, is in, once", async () => {
    const stack = newStack();
    const write = async (writer: number) => {
      const own = journal(stack);
      for (let left = 5; left > 0; ) {
        const { version } = await own.read();
        try {
          await own.append(entry(`${writer}-${left}`), version);
          left--;
        } catch (error) {
          if (!(error instanceof JournalConflict)) throw error;
        }
      }
    };
    await Promise.all([1, 2, 3].map(write));
    const { entries } = await journal(stack).read();
    const reasons = entries.map((each) => "reason" in each && each.reason);
    expect(new Set(reasons).size).toBe(15);
    expect(entries).toHaveLength(15);
  });

  test("lets one controller in and tells the other whose lease it is", async () => {
    const stack = newStack();
    const lock = await journal(stack).lock("ada@laptop 4711");
    await expect(journal(stack).lock("bob@desk")).rejects.toThrow(Held);
    await expect(journal(stack).lock("bob@desk")).rejects.toThrow("is run by ada@laptop 4711, since ");
    await lock.release();
    await (await journal(stack).lock("bob@desk")).release();
  });

  test("lets a killed controller's lease pass on when it has run out, by S3's clock", async () => {
    const key = `${newStack()}/lease.json`;
    const killed = JSON.stringify({ owner: "killed", since: Date.now(), lastsMs: 1500 });
    await objects().write(key, killed, null);
    // A machine whose clock is an hour ahead must not take it early.
    const ahead = { now: () => Date.now() + 3_600_000, sleep: systemClock.sleep };
    await expect(takeLease(objects(), key, "next", ahead)).rejects.toThrow("is run by killed");
    await expect
      .poll(() => takeLease(objects(), key, "next", ahead).then((lock) => lock.release()), {
        timeout: 10_000,
        interval: 200,
      })
      .toBe(undefined);
  });

  test("without the bucket there is no journal, not an empty one", async () => {
    const lost = new S3Journal(new Objects("us-east-1", "no-such-bucket"), "beta", systemClock);
    await expect(lost.read()).rejects.toThrow();
    await expect(lost.append(entry("one"), null)).rejects.toThrow();
    await expect(lost.lock("ada")).rejects.toThrow();
  });
});
