import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentsBetween } from "../../../../rollout/platforms/rehearsal/backups/archive.ts";
import type { Backup } from "../../../../rollout/platforms/rehearsal/backups/repository.ts";
import { expired } from "../../../../rollout/platforms/rehearsal/backups/retention.ts";
import { dueAt, tooOld } from "../../../../rollout/platforms/rehearsal/backups/schedule.ts";
import { judge } from "../../../../rollout/platforms/rehearsal/backups/wholeness.ts";

const DAY = 86_400_000;
const HOUR = 3600_000;
const wal = (number: number) => `0000000100000000${number.toString(16).toUpperCase().padStart(8, "0")}`;

function backup(label: string, over: Partial<Backup> = {}): Backup {
  return {
    label,
    start: 0,
    stop: 0,
    wal: { first: wal(2), last: wal(3) },
    pageErrors: false,
    size: 1,
    stored: 1,
    ...over,
  };
}

const report = (...lines: string[]) => ["stanza: main", "status: ok", ...lines, ""].join("\n");
const valid = (label: string) =>
  `  backup: ${label}, status: valid, total files checked: 964, total valid files: 964\n    missing: 0, checksum invalid: 0`;
const segments = [2, 3, 4, 5].map(wal);

describe("the backups", () => {
  it("are good when every file and every segment is", () => {
    const good = [backup("A")];
    expect(judge(good, report(valid("A")), segments)).toEqual({ good, problems: [], reaches: wal(5) });
  });

  it("with a damaged file are named, with the file", () => {
    const text = [
      "P02   INFO: invalid checksum 'A/pg_data/base/1/3164.zst'",
      report(
        "  backup: A, status: invalid, total files checked: 966, total valid files: 965\n    checksum invalid: 1",
      ),
    ].join("\n");
    const { good, problems } = judge([backup("A")], text, segments);
    expect(good).toEqual([]);
    expect(problems).toEqual(["A: its files are damaged (checksum invalid: 1): pg_data/base/1/3164.zst"]);
  });

  it("that pgBackRest says nothing about have lost their manifest", () => {
    const { good, problems } = judge([backup("A"), backup("B")], report(valid("B")), segments);
    expect(good.map(({ label }) => label)).toEqual(["B"]);
    expect(problems).toEqual(["A: its manifest is missing or can't be read"]);
  });

  it("taken from damaged pages aren't good", () => {
    const { problems } = judge([backup("A", { pageErrors: true })], report(valid("A")), segments);
    expect(problems).toEqual(["A: it was taken from damaged pages"]);
  });

  it("need their own part of the log", () => {
    const { good, problems } = judge([backup("A")], report(valid("A")), [wal(2), wal(4)]);
    expect(good).toEqual([]);
    expect(problems).toEqual([`A: it can't be made whole without the WAL segment ${wal(3)}`]);
  });

  it("reach as far as the log is unbroken", () => {
    const gap = judge([backup("A")], report(valid("A")), [2, 3, 4, 6, 7].map(wal));
    expect(gap).toMatchObject({ reaches: wal(4), problems: [`${wal(5)}: this WAL segment is missing`] });
    const rotten = judge(
      [backup("A")],
      `invalid checksum '15-1/0000000100000000/${wal(4)}-${"a".repeat(40)}.zst'\n${report(valid("A"))}`,
      segments,
    );
    expect(rotten).toMatchObject({ reaches: wal(3), problems: [`${wal(4)}: this WAL segment is corrupt`] });
  });
});

it("segments count from log to log", () => {
  expect(segmentsBetween("0000000100000000000000FE", "000000010000000100000001")).toEqual([
    "0000000100000000000000FE",
    "0000000100000000000000FF",
    "000000010000000100000000",
    "000000010000000100000001",
  ]);
});

describe("the schedule", () => {
  const schedules = ["cron(0 0/6 * * ? *)"];
  it("is due at once without a backup, else at its next time after the newest", () => {
    expect(dueAt(schedules, undefined)).toBe(0);
    expect(dueAt(schedules, { start: 6 * HOUR })).toBe(12 * HOUR);
  });

  it("says when the newest is too old", () => {
    const newest = backup("A", { start: 6 * HOUR, stop: 6 * HOUR });
    expect(tooOld(schedules, newest, 14 * HOUR)).toBeUndefined();
    expect(tooOld(schedules, newest, 15 * HOUR)).toBe(
      "A: the newest good backup is 9.0 h old, the next was due 1970-01-01T12:00:00.000Z",
    );
    expect(tooOld(schedules, undefined, 0)).toBe("there is no good backup");
  });
});

describe("retention", () => {
  const labels = (backups: Backup[]) => backups.map(({ label }) => label);
  const aged = (...days: number[]) => days.map((age) => backup(`${age}d`, { stop: -age * DAY }));

  it("keeps what goes back the whole time, and drops what is older than that", () => {
    const all = aged(50, 40, 31, 20, 1);
    expect(labels(expired(all, all, 30, 0))).toEqual(["50d", "40d"]);
  });

  it("doesn't count on a backup that isn't good", () => {
    const all = aged(50, 40, 31, 20, 1);
    const good = all.filter(({ label }) => !["40d", "31d"].includes(label));
    expect(labels(expired(all, good, 30, 0))).toEqual([]);
    expect(labels(expired(all, [], 30, 0))).toEqual([]);
  });

  it("never takes the last good one, nor what is within its time", () => {
    const ages = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 12 });
    const property = fc.property(
      ages,
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      (days, isGood) => {
        const all = aged(...days.sort((a, b) => b - a));
        const good = all.filter((_, index) => isGood[index]);
        const gone = expired(all, good, 30, 0);
        expect(gone.filter((each) => each.stop > -30 * DAY)).toEqual([]);
        const left = good.filter((each) => !gone.includes(each));
        if (good.length > 0) expect(left).toContain(good.at(-1));
        // Each moment of the last 30 days that could be gone back to, can be.
        if (good.some(({ stop }) => stop <= -30 * DAY))
          expect(left.some(({ stop }) => stop <= -30 * DAY)).toBe(true);
      },
    );
    fc.assert(property, { seed: 6, numRuns: 500 });
  });
});
