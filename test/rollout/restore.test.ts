import { expect, it } from "vitest";
import { ofLife } from "../../rollout/drill/restore/rehearsal.ts";
import type { Backup } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { judge } from "../../rollout/platforms/rehearsal/backups/wholeness.ts";
import { losingText } from "../../rollout/restore/losing.ts";

const backup = (label: string, segment: string): Backup => ({
  ...{ label, start: 0, stop: 0, pageErrors: false, size: 0, stored: 0 },
  wal: { first: segment, last: segment },
});
const FIRST = backup("first", "000000010000000000000002");
const SECOND = backup("second", "000000020000000000000004");
const lives = [
  { folder: "/a", timeline: "00000001", since: 0 },
  { folder: "/b", timeline: "00000002", since: 1000 },
];

it("a moment is restored from the backups of the database that was live then", () => {
  const labels = (...of: Parameters<typeof ofLife>) => ofLife(...of).map(({ label }) => label);
  expect(labels([FIRST, SECOND], lives, 999)).toEqual(["first"]);
  expect(labels([FIRST, SECOND], lives, 1000)).toEqual(["second"]);
  expect(labels([FIRST, SECOND], lives)).toEqual(["second"]);
  expect(labels([FIRST, SECOND], undefined, 5)).toEqual(["first", "second"]);
});

it("the log of a database that took the place is no gap in the log of the one before", () => {
  const valid = "backup: first, status: valid, total files checked: 1\n  missing: 0\n";
  const segments = [FIRST.wal.last, "000000010000000000000003", "000000020000000000000007"];
  expect(judge([FIRST], valid, segments)).toMatchObject({
    problems: [],
    reaches: "000000010000000000000003",
  });
  const gap = [FIRST.wal.last, "000000010000000000000005"];
  expect(judge([FIRST], valid, gap).problems).toEqual([
    "000000010000000000000003: this WAL segment is missing",
  ]);
});

it("what is lost is said by table, and that it isn't known where the live database doesn't answer", () => {
  const tables = [
    { table: "public.orders", written: 12, back: 0 },
    { table: "public.users", written: 0, back: 3 },
  ];
  const base = { stack: "beta", direction: "to", moment: 0 } as const;
  const said = losingText({ ...base, losing: { seconds: 7320, transactions: 15, tables } });
  expect(said).toContain("in the last 2 h 2 min (at most 15 transactions)");
  expect(said).toContain("  public.orders: 12 rows written since are gone\n");
  expect(said).toContain("  public.users: 3 changed or deleted since are as they were\n");
  const lasting = (seconds: number) => losingText({ ...base, losing: { seconds, tables: [] } });
  expect(lasting(119.4)).toContain("in the last 119 s (");
  expect(lasting(119.6)).toContain("in the last 2 min 0 s (");
  expect(lasting(179.7)).toContain("in the last 3 min 0 s (");
  expect(losingText({ ...base, losing: { seconds: 5, tables: [] } })).toMatch(
    /doesn't answer: .* can't be counted/,
  );
});
