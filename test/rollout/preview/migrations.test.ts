import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { migrationDangers } from "../../../rollout/preview/dangers/migrations.ts";

const folder = mkdtempSync(join(tmpdir(), "rollout-migrations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

it("the preview reads the migrations that the base has not, in the usual folders, and not the ways back", async () => {
  put("base/migrations/1.sql", "TRUNCATE a;");
  put("head/migrations/1.sql", "TRUNCATE a;");
  put("head/migrations/2.up.sql", "SELECT 1;\nDELETE FROM b;");
  put("head/migrations/2.down.sql", "TRUNCATE b;");
  put("head/prisma/migrations/3_x/migration.sql", "UPDATE c SET d = 1;");
  put("head/other/4.sql", "TRUNCATE d;");
  put("head/node_modules/x/migrations/5.sql", "TRUNCATE e;");
  const { dangers } = await migrationDangers(join(folder, "head"), join(folder, "base"));
  expect(dangers.map(({ severity, title }) => `${severity} ${title}`)).toEqual([
    "critical rows removed: migrations/2.up.sql:2",
    "warning all rows written at once: prisma/migrations/3_x/migration.sql:1",
  ]);
  expect(dangers[1]?.advice).toBe("fill in batches, each in a transaction of its own");
});

it("names what is in code, in the folders that are declared, too, and not what stands beside it", async () => {
  put("coded/db/migrate/1_add.rb", "class Add; end");
  put("coded/alembic/versions/2.py", "def upgrade(): pass");
  put("coded/alembic/versions/3.sql", "TRUNCATE a;");
  put("coded/shop/migrations/__init__.py", "");
  put("coded/shop/migrations/0002_x.py", "class Migration: pass");
  put("coded/migrations/4.test.ts", "");
  put("coded/migrations/README.md", "");
  put("none/x", "");
  const { dangers, notes } = await migrationDangers(join(folder, "coded"), join(folder, "none"), [
    "alembic/versions/",
  ]);
  expect(dangers.map(({ title }) => title)).toEqual(["rows removed: alembic/versions/3.sql:1"]);
  expect(notes.at(-1)).toContain(
    "not read: alembic/versions/2.py, db/migrate/1_add.rb, shop/migrations/0002_x.py. ",
  );
});
