import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSquawk } from "../../rollout/migration/reading/squawk.ts";
import type { RuleName } from "../../rollout/migration/rules.ts";
import { Shop } from "../rehearsal/migrations/shop.ts";
import { appsSkipped, FOLDER, hasApps } from "./world.ts";

// Migrations that nobody can read as SQL: Knex as Directus brings it, from npm, and Alembic as MLflow does, from PyPI. The watcher on the
// copy catches what they do.

const run = promisify(execFile);

interface Coded {
  name: string;
  knex: string;
  alembic: string;
  /** Undefined: harmless. */
  caught: RuleName | undefined;
}

const CODED: readonly Coded[] = [
  {
    name: "renames a column",
    knex: `knex.schema.alterTable("orders", (t) => t.renameColumn("total", "amount"))`,
    alembic: `op.alter_column("orders", "total", new_column_name="amount")`,
    caught: "column renamed",
  },
  {
    name: "drops a column",
    knex: `knex.schema.alterTable("customers", (t) => t.dropColumn("name"))`,
    alembic: `op.drop_column("customers", "name")`,
    caught: "column dropped",
  },
  {
    name: "changes a type, which rewrites the table",
    knex: `knex.schema.alterTable("events_2027", (t) => t.decimal("id").alter())`,
    alembic: `op.alter_column("events_2027", "id", type_=sa.Numeric())`,
    caught: "table rewritten",
  },
  {
    name: "drops a table",
    knex: `knex.schema.dropTable("events_2027")`,
    alembic: `op.drop_table("events_2027")`,
    caught: "table dropped",
  },
  {
    name: "makes an index on a big table while nobody may write",
    knex: `knex.schema.alterTable("orders", (t) => t.index(["customer_id"], "by_customer"))`,
    alembic: `op.create_index("by_customer", "orders", ["customer_id"])`,
    caught: "index without CONCURRENTLY",
  },
  {
    name: "adds a column and a table",
    knex: `knex.schema.alterTable("orders", (t) => t.text("more")).createTable("own", (t) => { t.bigIncrements("id"); })`,
    alembic: `op.add_column("orders", sa.Column("more", sa.Text(), nullable=True))
    op.create_table("own", sa.Column("id", sa.BigInteger(), primary_key=True))`,
    caught: undefined,
  },
];

let folder: string;
let shop: Shop;

/** What each tool runs, as its users write it, on a database. */
const TOOLS = {
  async knex(code: string, url: string, place: string) {
    writeFileSync(
      join(place, "20260101000000_change.js"),
      `exports.up = (knex) => ${code};\nexports.down = () => Promise.resolve();\nexports.config = { transaction: true };\n`,
    );
    const cli = join(FOLDER, "directus/node_modules/knex/bin/cli.js");
    const words = ["migrate:latest", "--client", "pg", "--connection", url, "--migrations-directory", place];
    await run(process.execPath, [cli, ...words], { cwd: place });
  },
  async alembic(code: string, url: string, place: string) {
    mkdirSync(join(place, "versions"));
    const own = url.replace("postgresql:", "postgresql+psycopg:");
    writeFileSync(
      join(place, "alembic.ini"),
      `[alembic]\nscript_location = ${place}\nsqlalchemy.url = ${own}\n`,
    );
    writeFileSync(
      join(place, "env.py"),
      `from alembic import context
from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`,
    );
    writeFileSync(
      join(place, "versions/1.py"),
      `import sqlalchemy as sa
from alembic import op
revision = "1"
down_revision = None
def upgrade():
    ${code}
`,
    );
    const words = ["-m", "alembic", "-c", join(place, "alembic.ini"), "upgrade", "head"];
    await run(join(FOLDER, "mlflow/bin/python"), words, { cwd: place });
  },
};

describe.skipIf(!hasApps)(`${appsSkipped}a migration in code`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coded-"));
    // Knex looks for itself from where it is called.
    symlinkSync(join(FOLDER, "directus/node_modules"), join(folder, "node_modules"));
    shop = await Shop.open();
  });
  afterAll(async () => {
    await shop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = (["knex", "alembic"] as const).flatMap((tool) =>
    // The watcher leaves an index to squawk.
    CODED.filter(({ caught }) => findSquawk() || caught !== "index without CONCURRENTLY").map((each) => ({
      tool,
      code: each[tool],
      name: each.name,
      caught: each.caught,
    })),
  );
  it.each(cases)("of $tool that $name: $caught", async ({ tool, code, caught }) => {
    const place = mkdtempSync(join(folder, `${tool}-`));
    const { error, hazards } = await shop.watched((url) => TOOLS[tool](code, url, place));
    expect(error).toBeUndefined();
    const rules = hazards.map(({ rule }) => rule);
    if (caught) expect(rules).toContain(caught);
    else expect(hazards).toEqual([]);
  });
});
