import { describe, expect, it } from "vitest";
import { readMigration } from "../../rollout/migration/reading/read.ts";
import { forwardOf, statementsOf } from "../../rollout/migration/reading/statements.ts";

describe("SQL is split into its statements", () => {
  it.each([
    ["a; b", ["a", "b"]],
    ["INSERT INTO t VALUES ('a;''b'); c", ["INSERT INTO t VALUES ('a;''b')", "c"]],
    ["-- one; two\nc /* d; */ e;", ["c e"]],
    [
      "CREATE FUNCTION f() AS $x$ BEGIN a; $$;$$ END $x$; b",
      ["CREATE FUNCTION f() AS $x$ BEGIN a; $$;$$ END $x$", "b"],
    ],
    ['SELECT ";"; SELECT $1', ['SELECT ";"', "SELECT $1"]],
    ["SELECT 'open; b", ["SELECT 'open; b"]],
  ])("%s", (sql, texts) => {
    expect(statementsOf(sql).map(({ text }) => text)).toEqual(texts);
  });

  it("and each has the line where it begins", () => {
    expect(statementsOf("-- a\n\nb;\n'x\ny'\n;c").map(({ line }) => line)).toEqual([3, 4, 6]);
  });
});

describe("the way back isn't read", () => {
  it.each(["-- migrate:down", "-- +goose Down", "-- +migrate Down"])("after %s", (mark) => {
    expect(forwardOf(`-- up\nCREATE TABLE t ();\n${mark}\nDROP TABLE t;`)).toBe(
      "-- up\nCREATE TABLE t ();\n",
    );
  });
});

describe("without squawk our own rules read", () => {
  const read = (sql: string) => readMigration("1.sql", sql, { squawk: null });

  it("and name what is done, where, what to do instead, and who says so", async () => {
    expect(await read("SELECT 1;\nTRUNCATE orders;")).toEqual([
      {
        rule: "rows removed",
        effect: "loses",
        where: "1.sql:2",
        what: "rows are removed, which no rollback brings back; TRUNCATE keeps everybody out besides",
        instead: "mark them, let nothing read them, and remove them in batches in app.contract",
        source: 'PostgreSQL, TRUNCATE ("acquires an ACCESS EXCLUSIVE lock"); squawk ban-truncate-cascade',
      },
    ]);
  });

  it("but not of what the migration itself has made", async () => {
    expect(await read("CREATE TABLE t (id int);\nUPDATE public.t SET id = 1;\nTRUNCATE TABLE t")).toEqual([]);
  });

  it("and not what stands in strings and comments", async () => {
    expect(await read("-- TRUNCATE a\nSELECT ';TRUNCATE b'; /* ; DROP TYPE c; */")).toEqual([]);
  });
});
