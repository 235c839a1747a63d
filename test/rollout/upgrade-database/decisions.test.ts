import { describe, expect, it, test } from "vitest";
import { createdRole, statementsOf, withoutDatabase } from "../../../rollout/upgrade-database/dump.ts";
import { type DatabaseFacts, judgePreconditions } from "../../../rollout/upgrade-database/preconditions.ts";
import { chooseReads, hasOneAnswer, isRead } from "../../../rollout/upgrade-database/reads/choose.ts";
import {
  judgeReads,
  type ReadAnswer,
  type ReplayedRead,
} from "../../../rollout/upgrade-database/reads/judge.ts";
import { statementsIn } from "../../../rollout/upgrade-database/reads/log.ts";
import { schemaDifferences } from "../../../rollout/upgrade-database/schema.ts";
import { plannedText, upgradedText } from "../../../rollout/upgrade-database/upgraded.ts";

const GOOD: DatabaseFacts = {
  walLevel: "logical",
  freeSlots: 1,
  freeSenders: 2,
  otherSlots: [],
  otherDatabases: [],
  withoutIdentity: [],
  unlogged: [],
  largeObjects: 0,
  prepared: 0,
  alwaysTriggers: [],
  missingExtensions: [],
};

describe("whether logical replication carries a database", () => {
  it("it does, with a slot and two senders left", () => {
    expect(judgePreconditions(GOOD)).toEqual({ refusals: [], notes: [] });
  });

  test.each<[Partial<DatabaseFacts>, string]>([
    [{ walLevel: "replica" }, "the live server was started with wal_level replica, not logical"],
    [{ freeSlots: 0 }, "no replication slot left"],
    [{ freeSenders: 1 }, "raise max_wal_senders by 2"],
    [
      { withoutIdentity: ["public.logs", 'public."Odd"'] },
      'can\'t be carried: public.logs, public."Odd". Give each one',
    ],
    [{ largeObjects: 1 }, "1 large objects aren't carried"],
    [
      { otherSlots: ["warehouse"] },
      "others replicate from this server, and would lose their place: warehouse",
    ],
    [{ otherDatabases: ["metabase"] }, "other databases, which aren't carried: metabase"],
    [{ prepared: 2 }, "2 prepared transactions are open"],
    [{ alwaysTriggers: ["audit on public.orders"] }, "would act twice: audit on public.orders"],
    [{ missingExtensions: ["postgis"] }, "the new server lacks extensions: postgis"],
  ])("%j is refused", (bad, sentence) => {
    const { refusals } = judgePreconditions({ ...GOOD, ...bad });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(sentence);
  });

  it("all that is in the way is said at once; an unlogged table is only told, where it has rows", () => {
    expect(judgePreconditions({ ...GOOD, walLevel: "replica", prepared: 1 }).refusals).toHaveLength(2);
    const unlogged = [
      { table: "public.cached", rows: 7 },
      { table: "public.empty", rows: 0 },
    ];
    expect(judgePreconditions({ ...GOOD, unlogged })).toEqual({
      refusals: [],
      notes: ["public.cached is unlogged and starts empty: about 7 rows"],
    });
  });
});

it("a schema that changed meanwhile is told, from both sides", () => {
  expect(schemaDifferences(["table a", "table b"], ["table a", "table b"])).toEqual([]);
  expect(schemaDifferences(["table a", "column a.x text"], ["table a", "column a.x integer"])).toEqual([
    "only on the live server: column a.x text",
    "no more on the live server: column a.x integer",
  ]);
});

it("what is dumped is taken without what is there already", () => {
  expect(createdRole("CREATE ROLE app;")).toBe("app");
  expect(createdRole('CREATE ROLE "odd ""one""";')).toBe('odd "one"');
  expect(createdRole("ALTER ROLE app WITH LOGIN;")).toBeUndefined();
  const roles =
    "--\nSET x = y;\nCREATE ROLE a;\nALTER ROLE a WITH LOGIN PASSWORD 'SCRAM';\nGRANT a TO b;\n\\unrestrict z";
  expect(statementsOf(roles)).toEqual([
    "CREATE ROLE a;",
    "ALTER ROLE a WITH LOGIN PASSWORD 'SCRAM';",
    "GRANT a TO b;",
  ]);
  const dump =
    "\\restrict key\nSET x = 1;\nCREATE DATABASE app WITH TEMPLATE = template0;\n\\connect app\nCREATE TABLE t ();";
  expect(withoutDatabase(dump)).toBe("SET x = 1;\nCREATE TABLE t ();");
});

const at = (process: number, rest: string) => `2026-11-30 13:36:00.123 UTC [${process}] ${rest}`;

describe("the statements of a log", () => {
  it("are read with their values, those of several processes mixed, over several lines", () => {
    const log = [
      at(1, "LOG:  duration: 0.1 ms  execute <unnamed>: SELECT *"),
      "\tFROM orders WHERE id = $1 AND note = $2 AND x = $3",
      at(2, "LOG:  duration: 0.2 ms  statement: SELECT 1"),
      at(1, "DETAIL:  parameters: $1 = '4''2', $2 = NULL, $3 = 'a, $4 = ''b'''"),
      at(2, "LOG:  disconnection: session time: 0:00:00"),
      at(2, "DETAIL:  parameters: $1 = '9'"),
      at(3, "LOG:  duration: 0.2 ms  execute fetch/C_1: SELECT $1"),
      at(3, "DETAIL:  Parameters: $1 = 'of 18'"),
      at(4, "LOG:  duration: 0.2 ms  bind <unnamed>: SELECT $1"),
      "half a line that was cut",
    ].join("\n");
    expect(statementsIn(log)).toEqual([
      {
        text: "SELECT *\nFROM orders WHERE id = $1 AND note = $2 AND x = $3",
        values: ["4'2", null, "a, $4 = 'b'"],
      },
      { text: "SELECT 1", values: [] },
      { text: "SELECT $1", values: ["of 18"] },
    ]);
  });

  test.each<[string, boolean]>([
    ["SELECT * FROM orders", true],
    ["  with a as (select 1) select * from a", true],
    ["VALUES (1)", true],
    ["SELECT updated FROM deleted", true],
    ["WITH gone AS (DELETE FROM a RETURNING 1) SELECT * FROM gone", false],
    ["SELECT * FROM a FOR UPDATE", false],
    ["SELECT * FROM a FOR NO KEY UPDATE", false],
    ["SELECT * FROM a FOR KEY SHARE", false],
    ["SELECT nextval('a')", false],
    ["SELECT pg_advisory_lock(1)", false],
    ["SELECT pg_sleep(1)", false],
    ["SELECT * FROM pg_stat_activity", false],
    ["INSERT INTO a VALUES (1)", false],
    ["COMMIT", false],
  ])("%s is a read: %s", (text, is) => expect(isRead({ text, values: [] })).toBe(is));

  it("a limit without an order has more than one right answer", () => {
    expect(hasOneAnswer({ text: "SELECT * FROM a LIMIT 1", values: [] })).toBe(false);
    expect(hasOneAnswer({ text: "SELECT * FROM a FETCH FIRST 2 ROWS ONLY", values: [] })).toBe(false);
    expect(hasOneAnswer({ text: "SELECT * FROM a ORDER BY b LIMIT 1", values: [] })).toBe(true);
  });

  it("are chosen: the most frequent first, of each some different values", () => {
    const asked = (text: string, ...values: string[]) => values.map((value) => ({ text, values: [value] }));
    const all = [
      ...asked("SELECT 1", "1"),
      ...asked("SELECT 2", "1", "1", "2", "3", "4", "5"),
      ...asked("UPDATE a", "1"),
    ];
    expect(chooseReads(all)).toEqual([...asked("SELECT 2", "1", "2", "3", "4"), ...asked("SELECT 1", "1")]);
    const many = Array.from({ length: 300 }, (_, index) => ({ text: `SELECT ${index}`, values: [] }));
    expect(chooseReads(many)).toHaveLength(200);
  });
});

describe("replayed reads", () => {
  const answer = (digest: string | undefined, ms = 10, pages = 100, error = ""): ReadAnswer => ({
    ...(digest === undefined ? { error } : { digest }),
    ...{ rows: 3, ms, pages },
  });
  const read = (
    next: ReplayedRead["next"],
    live = answer("a"),
    again: string | undefined = live.digest,
  ): ReplayedRead => ({
    ...{ text: "SELECT\n  x", live, again, next },
  });

  it("pass with the same answer", () => {
    expect(judgeReads([read(answer("a"))])).toEqual({ wrong: [], slow: [], compared: 1, uncomparable: 0 });
  });

  it("fail with another answer, or none", () => {
    const { wrong } = judgeReads([read(answer("b")), read(answer(undefined, 0, 0, "no such function"))]);
    expect(wrong).toEqual(["SELECT x: 3 rows, other than the live server's 3", "SELECT x: no such function"]);
  });

  it("can't be compared where the live server fails itself, or answers otherwise each time", () => {
    const judged = judgeReads([
      read(answer("b"), answer(undefined, 0, 0, "denied")),
      read(answer("b"), answer("a"), "c"),
    ]);
    expect(judged).toMatchObject({ wrong: [], compared: 0, uncomparable: 2 });
  });

  test.each<[string, number, number, boolean]>([
    ["4 times the pages, and 500 more", 10, 668, true],
    ["not 4 times", 10, 399, false],
    ["fewer than 500 more", 10, 599, false],
    ["3 times as long, and 50 ms more", 60, 100, true],
    ["not 50 ms more", 59, 100, false],
  ])("%s", (_, ms, pages, slow) => {
    expect(judgeReads([read(answer("a", ms, pages))]).slow.length > 0).toBe(slow);
  });

  it("3 times as long counts, less doesn't", () => {
    const live = answer("a", 100, 100);
    expect(judgeReads([read(answer("a", 299, 100), live)]).slow).toEqual([]);
    expect(judgeReads([read(answer("a", 300, 100), live)]).slow).toHaveLength(1);
  });
});

it("what is asked and what came of it is said", () => {
  const checks = [{ name: "rows", verdict: "pass" as const, details: "every one" }];
  expect(plannedText({ stack: "beta", from: "15", to: "16", checks })).toBe(
    "  pass     rows  every one\nbeta's database is to change from PostgreSQL 15 to 16: for some seconds nobody can write.\n" +
      "The server of 15 follows from then on: rollout upgrade-database --back loses no row.",
  );
  expect(
    upgradedText({ stack: "beta", live: "16", follows: "15", seconds: 1.26, checks: [], todo: ["Commit."] }),
  ).toBe(
    "beta: the database is PostgreSQL 16, after 1.3 s without writes. The server of 15 follows it.\nCommit.\n",
  );
});
