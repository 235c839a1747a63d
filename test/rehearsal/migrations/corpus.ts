import type { RuleName } from "../../../rollout/migration/rules.ts";

export { BEFORE, GOOD } from "../../../bench/migrate/forms.ts";

export interface Example {
  name: string;
  /** Statements as psql sends them, one by one. */
  sql: string[];
  /** What the reading must find; the source of each is in the rule. */
  read?: RuleName;
  /** What the watching must find on real PostgreSQL. */
  watched?: RuleName;
  /** It ends with an error, as it would in production. */
  fails?: true;
}

const bad = (
  name: string,
  read: RuleName | undefined,
  watched: RuleName | undefined,
  ...sql: string[]
): Example => ({
  name,
  sql,
  ...(read && { read }),
  ...(watched && { watched }),
});

/** Each has what is bad of it in its name. */
export const BAD: readonly Example[] = [
  bad("drops a column", "column dropped", "column dropped", "ALTER TABLE orders DROP COLUMN total CASCADE"),
  bad(
    "renames a column",
    "column renamed",
    "column renamed",
    "ALTER TABLE orders RENAME COLUMN total TO amount",
  ),
  bad(
    "renames a column without the word",
    "column renamed",
    "column renamed",
    "ALTER TABLE orders RENAME total TO amount",
  ),
  bad(
    "limits the length of a text",
    "column retyped",
    "column retyped",
    "ALTER TABLE orders ALTER COLUMN state TYPE varchar(20)",
  ),
  bad(
    "turns an integer into a bigint",
    "column retyped",
    "table rewritten",
    "DROP MATERIALIZED VIEW totals",
    "ALTER TABLE orders ALTER COLUMN total TYPE bigint",
  ),
  bad("drops a table", "table dropped", "table dropped", "DROP TABLE customers"),
  bad("renames a table", "table renamed", "table renamed", "ALTER TABLE customers RENAME TO clients"),
  bad(
    "moves a table into another schema",
    "table renamed",
    "table renamed",
    "CREATE SCHEMA shop",
    "ALTER TABLE customers SET SCHEMA shop",
  ),
  bad("drops a view", "object dropped", "object dropped", "DROP VIEW order_names"),
  bad("drops a type with its columns", "object dropped", "column dropped", "DROP TYPE mood CASCADE"),
  bad("renames a type", "object renamed", "object renamed", "ALTER TYPE mood RENAME TO feeling"),
  bad(
    "renames a value of an enum",
    "enum value renamed",
    "enum value renamed",
    "ALTER TYPE mood RENAME VALUE 'bad' TO 'sad'",
  ),
  bad(
    "adds a value to an enum",
    "enum value added",
    "enum value added",
    "ALTER TYPE mood ADD VALUE 'fine' AFTER 'good'",
  ),
  {
    ...bad(
      "adds a column that must be filled",
      "column required",
      undefined,
      "ALTER TABLE orders ADD COLUMN tax integer NOT NULL",
    ),
    fails: true,
  },
  bad(
    "requires a column at once",
    "not null on a table",
    "column required",
    "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
  ),
  bad(
    "drops a not null",
    "not null dropped",
    "not null dropped",
    "ALTER TABLE customers ALTER COLUMN email DROP NOT NULL",
  ),
  bad(
    "adds a default that differs by row",
    "default rewrites",
    "table rewritten",
    "ALTER TABLE orders ADD COLUMN code uuid DEFAULT gen_random_uuid()",
  ),
  bad(
    "adds a stored generated column",
    "default rewrites",
    "table rewritten",
    "ALTER TABLE orders ADD COLUMN gross integer GENERATED ALWAYS AS (total * 2) STORED",
  ),
  bad("adds a serial key", undefined, "table rewritten", "ALTER TABLE orders ADD COLUMN number bigserial"),
  bad(
    "builds an index",
    "index without CONCURRENTLY",
    "index without CONCURRENTLY",
    "CREATE INDEX orders_total ON orders (total)",
  ),
  bad(
    "drops an index",
    "index dropped without CONCURRENTLY",
    "index dropped without CONCURRENTLY",
    "DROP INDEX orders_state",
  ),
  {
    ...bad(
      "builds one concurrently within a transaction",
      "CONCURRENTLY in a transaction",
      undefined,
      "BEGIN",
      "CREATE INDEX CONCURRENTLY orders_total ON orders (total)",
      "COMMIT",
    ),
    fails: true,
  },
  bad(
    "adds a check at once",
    "constraint validated at once",
    "constraint validated at once",
    "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0)",
  ),
  bad(
    "adds a foreign key at once",
    "foreign key validated at once",
    "foreign key validated at once",
    "ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id)",
  ),
  bad(
    "adds a unique constraint",
    "unique constraint",
    "unique constraint",
    "ALTER TABLE customers ADD CONSTRAINT one_email UNIQUE (email)",
  ),
  bad(
    "adds an exclusion",
    "exclusion constraint",
    "exclusion constraint",
    "ALTER TABLE orders ADD CONSTRAINT none EXCLUDE USING btree (id WITH =)",
  ),
  bad("truncates", "rows removed", undefined, "TRUNCATE orders"),
  bad("deletes all", "rows removed", undefined, "DELETE FROM orders"),
  bad("fills all rows at once", "all rows written at once", undefined, "UPDATE orders SET note = 'x'"),
  bad("packs a table", "table rewritten", undefined, "VACUUM FULL orders"),
  bad("clusters a table", "table rewritten", undefined, "CLUSTER orders USING orders_pkey"),
  bad(
    "takes a table out of the log",
    "table rewritten",
    "table rewritten",
    "ALTER TABLE orders SET UNLOGGED",
  ),
  bad("locks a table", "table locked", undefined, "BEGIN", "LOCK TABLE orders", "COMMIT"),
  bad("refreshes a view", "view refreshed", undefined, "REFRESH MATERIALIZED VIEW totals"),
  bad("rebuilds an index", "index rebuilt", undefined, "REINDEX INDEX orders_state"),
  bad(
    "attaches a partition",
    "partition changed",
    "partition changed",
    "ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
  ),
  bad(
    "detaches a partition",
    "partition changed",
    "partition changed",
    "ALTER TABLE events DETACH PARTITION events_2026",
  ),
  bad("adds a json column", "json column", "json column", "ALTER TABLE orders ADD COLUMN extra json"),
];
