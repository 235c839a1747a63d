import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SAMPLE_TESTS } from "../../infra/settings/schema/asked/smoke.ts";
import { Findings } from "../../rollout/drill/findings.ts";
import type { DrillCheck } from "../../rollout/drill/record.ts";
import { CHECKS, type CheckName } from "../../rollout/drill/restore/checks.ts";
import type { Copy } from "../../rollout/drill/restore/rehearsal-copy.ts";
import { compareScript, NO_CONNECTION } from "../../rollout/drill/restore/within/compare-script.ts";
import { judgeCompared } from "../../rollout/drill/restore/within/compared.ts";
import { judgeReplies } from "../../rollout/drill/restore/within/replies.ts";
import type { Address } from "../../rollout/drill/restore/within/script.ts";
import { smokeScript } from "../../rollout/drill/restore/within/smoke-script.ts";
import { takeFirstBackup } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { copyAt, runScript, safeMoment } from "./back-in-time.ts";
import { databaseUrl, storeOf, Writers, withClient } from "./database.ts";
import { projectCopy, removeCopies } from "./project.ts";
import { serverRoot } from "./server-root.ts";

// What a drill on AWS has a server of the stack do, by the very scripts: the server's files are in a folder, RDS's copy is
// one that pgBackRest restores.

afterAll(removeCopies);

describe("a restored copy, seen from a server of the stack", () => {
  const project = projectCopy({
    tracks: { blue: { weight: 100 }, green: { weight: 0 } },
    app: { environment: { OWN_URL: "${DATABASE_URL}", OWN_HOST: "${DATABASE_HOST}", QUEUE: "${REDIS_URL}" } },
  });
  let url: string;
  let server: Record<string, string>;
  let copy: Copy;
  let moment: number;

  const live = (sql: string) => withClient(url, (client) => client.query(sql));
  const inCopy = (sql: string) =>
    withClient(url.replace(/:\d+\//, `:${copy.store.port}/`), (client) => client.query(sql));
  const address = (): Address => ({ host: "localhost", port: copy.store.port });

  beforeAll(async () => {
    await rehearse.up(project);
    url = databaseUrl(project);
    server = await serverRoot(project, "blue");
    await live(`CREATE TABLE kept (id int PRIMARY KEY, "a text" text, gone int);
      INSERT INTO kept SELECT n, 'row ' || n, n FROM generate_series(1, 1000) AS n;
      CREATE TABLE small (at timestamptz, amount float8, raw bytea);
      INSERT INTO small SELECT now(), random(), sha256('x') FROM generate_series(1, 10)`);
    const writers = await Writers.start(url, 2);
    await takeFirstBackup(storeOf(project));
    moment = await safeMoment(storeOf(project));
    await writers.stop();
    // Life goes on: none of this is the copy's fault.
    await live(`UPDATE kept SET "a text" = 'new' WHERE id <= 10;
      DELETE FROM kept WHERE id BETWEEN 11 AND 20;
      INSERT INTO kept VALUES (2000, 'late', 1);
      ALTER TABLE kept RENAME "a text" TO words; ALTER TABLE kept DROP gone; ALTER TABLE kept ADD born int DEFAULT 7;
      ALTER TABLE small RENAME TO little; CREATE TABLE later AS SELECT 1 AS one`);
    copy = await copyAt(project, moment);
  }, 180_000);
  afterAll(() => copy?.remove());

  it("holds to the letter what is as old and unchanged, whatever was changed since", async () => {
    const { checks } = await compared(address());
    expect(verdicts(checks)).toEqual({
      moment: "pass",
      "row counts": "pass",
      digests: "pass",
      checksums: "pass",
    });
    expect(detailsOf(checks, "checksums")).toContain("its indexes weren't (permission denied to create");
    // Of the copy's rows ten were changed since, and ten deleted.
    const copied = Number(/^\d+/.exec(detailsOf(checks, "row counts")));
    expect(copied).toBeGreaterThan(1010);
    expect(detailsOf(checks, "digests")).toMatch(
      new RegExp(`^${copied - 20} rows of the live one in \\d+ tables`),
    );
  });

  it("carries the application, which nobody else sees", async () => {
    const before = await live("SELECT count(*)::int AS rows FROM quotes");
    const { code, stdout, stderr } = await runScript(
      server,
      smokeScript(address(), "beta.example.com", SAMPLE_TESTS),
    );
    expect([code, stderr]).toEqual([0, ""]);
    const { verdict, details } = judgeReplies(stdout, SAMPLE_TESTS, "blue");
    expect([verdict, details]).toEqual(["pass", expect.stringContaining("request (POST /quotes): 201")]);
    // It was the copy that got the quote.
    expect((await live("SELECT count(*)::int AS rows FROM quotes")).rows).toEqual(before.rows);
    expect((await inCopy("SELECT count(*)::int AS rows FROM quotes")).rows[0].rows).toBe(
      before.rows[0].rows + 1,
    );
    const told = readFileSync(join(server.ROLLOUT_ROOT!, "docker.log"), "utf8");
    expect(told).toMatch(/^run --name rollout-drill --detach .*--read-only.*--cap-drop ALL/m);
    expect(told).toContain("awslogs-stream=blue/i-0123456789abcdef0-drill");
    // The copy's address under whichever name, or it would have been the live one.
    const given = readFileSync(join(server.ROLLOUT_ROOT!, "docker.env"), "utf8");
    const at = `localhost:${copy.store.port}`;
    expect(given).toMatch(new RegExp(`^DATABASE_URL=.*@${at}/[\\s\\S]*^OWN_URL=.*@${at}/`, "m"));
    expect(given).toContain("OWN_HOST=localhost\n");
    expect(given).toMatch(/^QUEUE=rediss:.*\/15$/m);
    expect(given).not.toContain(`:${new URL(url).port}`);
    expect(existsSync(join(server.ROLLOUT_ROOT!, "run/rollout-drill"))).toBe(false);
  });

  it("shows no password, whether it goes well or not", async () => {
    const password = decodeURIComponent(new URL(url).password);
    for (const port of [copy.store.port, 1]) {
      const { stdout, stderr } = await runScript(server, compareScript({ host: "localhost", port }, moment));
      expect(stdout + stderr).not.toContain(password);
    }
  });

  describe("that isn't what it should be", () => {
    beforeAll(() => inCopy("CREATE TABLE saved AS TABLE kept"));
    afterEach(() => inCopy("TRUNCATE kept; INSERT INTO kept TABLE saved"));

    it.each([
      [
        "lacks a row",
        "DELETE FROM kept WHERE id = 500",
        { "row counts": "pass", digests: "fail" },
        "public.kept: 1 of 980 rows",
      ],
      ["has another value in it", "UPDATE kept SET gone = 0 WHERE id = 500", { digests: "pass" }, ""],
      [
        "has a wrong letter",
        `UPDATE kept SET "a text" = 'Row 500' WHERE id = 500`,
        { digests: "fail" },
        "public.kept: 1 of 980 rows",
      ],
      [
        "has an empty table",
        "TRUNCATE kept",
        { "row counts": "fail", digests: "fail" },
        "public.kept: 980 of 980 rows",
      ],
    ])("that %s", async (_, sql, expected, details) => {
      await inCopy(sql);
      const { checks } = await compared(address());
      expect(verdicts(checks)).toMatchObject(expected);
      expect(detailsOf(checks, "digests")).toContain(details);
    });

    it("that has a damaged index, where indexes may be read", async () => {
      await asSuperuser(copy.store, (client) =>
        client.query(`CREATE EXTENSION amcheck;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC`),
      );
      expect(detailsOf((await compared(address())).checks, "checksums")).toMatch(/on; so were \d+ indexes$/);
      // An index in an order that no longer is one.
      await asSuperuser(copy.store, (client) =>
        client.query(`
        CREATE FUNCTION order_of(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT btint4cmp($1, $2)';
        CREATE OPERATOR CLASS ordered FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,
          OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 order_of(int, int);
        CREATE INDEX kept_born ON kept (gone ordered);
        CREATE OR REPLACE FUNCTION order_of(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT btint4cmp($2, $1)'`),
      );
      const { checks } = await compared(address());
      expect(verdicts(checks)).toMatchObject({ checksums: "fail", digests: "pass" });
      expect(detailsOf(checks, "checksums")).toContain('"kept_born"');
    });

    it("that has lost a table", async () => {
      await inCopy("DROP TABLE small");
      const { checks } = await compared(address());
      expect(detailsOf(checks, "row counts")).toBe("public.little: is missing, 10 rows");
    });

    it("that has rows from after the moment", async () => {
      const { checks } = await compared(address(), moment - 5_000);
      expect(verdicts(checks)).toMatchObject({ moment: "fail" });
    });

    it("that nobody reaches", async () => {
      const { code } = await runScript(server, compareScript({ host: "localhost", port: 1 }, moment));
      expect(code).toBe(NO_CONNECTION);
    });
  });

  async function compared(at: Address, when = moment): Promise<{ checks: DrillCheck[] }> {
    const { code, stdout, stderr } = await runScript(server, compareScript(at, when));
    expect(code, stderr).toBe(0);
    const findings = new Findings<CheckName>(() => {});
    judgeCompared(stdout, when, findings);
    return {
      checks: findings.all(CHECKS, "not looked at").filter(({ details }) => details !== "not looked at"),
    };
  }
});

function verdicts(checks: readonly DrillCheck[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
}

function detailsOf(checks: readonly DrillCheck[], name: string): string {
  return checks.find((check) => check.name === name)!.details;
}
