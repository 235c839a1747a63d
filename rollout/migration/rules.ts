/**
 * What a migration does to those who are there: `breaks` the version that still runs, `blocks` its reads or writes, or
 * `loses` what no rollback brings back.
 */
export type HazardEffect = "breaks" | "blocks" | "loses";

interface Rule {
  effect: HazardEffect;
  /** What it does, as a sentence without a full stop. */
  title: string;
  instead: string;
  source: string;
}

const ALTER_TABLE = "PostgreSQL, ALTER TABLE";
const STRONG = "strong_migrations";
const GITLAB = "GitLab, Avoiding downtime in migrations";
const BRAINTREE = "Braintree, Safe Operations For High Volume PostgreSQL";

const LATER =
  "expand, then contract: let the new version do without it, and drop it in app.contract, once nothing goes back";
const COPY =
  "expand, then contract: add the new column, write both (a trigger does it for the old version), copy the rows in batches, read the new one, drop the old one later";
const NOT_VALID =
  "ADD CONSTRAINT ... NOT VALID first, and VALIDATE CONSTRAINT in a transaction of its own: that one blocks nobody";

/** All hazards that are known here, each with who says so. */
export const RULES = {
  "column dropped": {
    effect: "breaks",
    title: "the version that still runs reads the column, and its rows are gone for good",
    instead: LATER,
    source: `${STRONG}, "Removing a column"; ${GITLAB}, "Dropping columns"; squawk ban-drop-column`,
  },
  "column renamed": {
    effect: "breaks",
    title: "the version that still runs asks for the old name",
    instead: COPY,
    source: `${STRONG}, "Renaming a column"; ${GITLAB}, "Renaming columns"; squawk renaming-column`,
  },
  "column retyped": {
    effect: "blocks",
    title:
      "the table is rewritten or read whole while nobody can read or write it, or the old version gets another type",
    instead: COPY,
    source: `${ALTER_TABLE}, "SET DATA TYPE"; ${STRONG}, "Changing the type of a column"; squawk changing-column-type`,
  },
  "table dropped": {
    effect: "breaks",
    title: "the version that still runs reads the table, and its rows are gone for good",
    instead: LATER,
    source: `${GITLAB}, "Dropping tables"; squawk ban-drop-table`,
  },
  "table renamed": {
    effect: "breaks",
    title: "the version that still runs asks for the old name",
    instead:
      "leave a view of the old name in the same transaction, or expand, then contract: a new table, both written, the old one dropped later",
    source: `${STRONG}, "Renaming a table"; ${GITLAB}, "Renaming tables"; squawk renaming-table`,
  },
  "object dropped": {
    effect: "breaks",
    title: "the version that still runs may use it",
    instead: LATER,
    source:
      "PostgreSQL, DROP SCHEMA, DROP TYPE, DROP VIEW, DROP FUNCTION, DROP SEQUENCE; pgroll, expand and contract",
  },
  "object renamed": {
    effect: "breaks",
    title: "the version that still runs asks for the old name",
    instead: "make the new one beside it, and drop the old one in app.contract",
    source: `PostgreSQL, ALTER SCHEMA, ALTER TYPE, ALTER VIEW; ${STRONG}, "Renaming a schema"`,
  },
  "enum value renamed": {
    effect: "breaks",
    title: "the version that still runs writes the old value, which there is no more",
    instead: "ADD VALUE of the new one, let both be read, change the rows in batches",
    source: "PostgreSQL, ALTER TYPE ... RENAME VALUE",
  },
  "enum value added": {
    effect: "loses",
    title: "a value of an enum can't be taken away again, and the old version may not know it",
    instead:
      "declare the migration irreversible, and let the new value be written only once nothing goes back",
    source: 'PostgreSQL, ALTER TYPE ("there is no way to drop a value", Enumerated Types)',
  },
  "column required": {
    effect: "breaks",
    title:
      "the version that still runs writes rows without the column, and they are refused; with rows in the table it fails",
    instead: "add it nullable or with a default, fill the rows in batches, and require it in app.contract",
    source: `squawk adding-required-field; ${GITLAB}, "Adding a NOT NULL constraint"`,
  },
  "not null on a table": {
    effect: "blocks",
    title:
      "every row is read while nobody can read or write the table, and the old version's NULLs are refused",
    instead:
      "CHECK (column IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, then SET NOT NULL, which reads no row any more (since 12)",
    source: `${ALTER_TABLE}, "SET NOT NULL"; ${STRONG}, "Setting NOT NULL on an existing column"; squawk adding-not-nullable-field`,
  },
  "not null dropped": {
    effect: "breaks",
    title: "the version that still runs may not bear a NULL there",
    instead: "let both versions read NULL first; drop it once nothing goes back",
    source: "squawk ban-drop-not-null",
  },
  "default rewrites": {
    effect: "blocks",
    title: "a default that differs from row to row, or a stored generated column, rewrites the table",
    instead: "add the column without it, SET DEFAULT for new rows, fill the old ones in batches",
    source: `${ALTER_TABLE}, "Notes" (volatile DEFAULT); ${STRONG}, "Adding a column with a default value"; squawk adding-field-with-default`,
  },
  "key column added": {
    effect: "blocks",
    title:
      "a serial, identity or key column rewrites the table or builds its index while nobody can read or write it",
    instead:
      "a bigint column with a default from a sequence for new rows, filled in batches, its index made CONCURRENTLY",
    source: `${STRONG}, "Adding an auto-incrementing column"; squawk adding-serial-primary-key-field`,
  },
  "index without CONCURRENTLY": {
    effect: "blocks",
    title: "the table can't be written until the index is built",
    instead: "CREATE INDEX CONCURRENTLY, outside of a transaction",
    source: `PostgreSQL, CREATE INDEX, "Building Indexes Concurrently"; ${BRAINTREE}; squawk require-concurrent-index-creation`,
  },
  "index dropped without CONCURRENTLY": {
    effect: "blocks",
    title: "the drop waits for every query of the table, and all others wait behind it",
    instead: "DROP INDEX CONCURRENTLY, outside of a transaction",
    source: `PostgreSQL, DROP INDEX; ${BRAINTREE}; squawk require-concurrent-index-deletion`,
  },
  "CONCURRENTLY in a transaction": {
    effect: "blocks",
    title: "PostgreSQL refuses it within a transaction, and the migration ends there",
    instead: "a migration of its own, outside of a transaction",
    source:
      'PostgreSQL, CREATE INDEX ("cannot be executed inside a transaction block"); squawk ban-concurrent-index-creation-in-transaction',
  },
  "constraint validated at once": {
    effect: "blocks",
    title: "every row is read while nobody can write the table",
    instead: NOT_VALID,
    source: `${ALTER_TABLE}, "NOT VALID"; ${STRONG}, "Adding a check constraint"; ${BRAINTREE}; squawk constraint-missing-not-valid`,
  },
  "foreign key validated at once": {
    effect: "blocks",
    title: "every row is read while nobody can write either of the two tables",
    instead: NOT_VALID,
    source: `${ALTER_TABLE}, "Notes"; ${STRONG}, "Adding a foreign key"; ${GITLAB}; squawk adding-foreign-key-constraint`,
  },
  "unique constraint": {
    effect: "blocks",
    title: "its index is built while nobody can read or write the table",
    instead: "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... USING INDEX",
    source: `${ALTER_TABLE}, "ADD table_constraint_using_index"; ${STRONG}, "Adding a unique constraint"; squawk disallowed-unique-constraint`,
  },
  "exclusion constraint": {
    effect: "blocks",
    title:
      "its index is built while nobody can read or write the table, and there is no way to build it beside",
    instead: "a table of its own that has it from the beginning, filled in batches",
    source: `${STRONG}, "Adding an exclusion constraint"`,
  },
  "rows removed": {
    effect: "loses",
    title: "rows are removed, which no rollback brings back; TRUNCATE keeps everybody out besides",
    instead: "mark them, let nothing read them, and remove them in batches in app.contract",
    source: 'PostgreSQL, TRUNCATE ("acquires an ACCESS EXCLUSIVE lock"); squawk ban-truncate-cascade',
  },
  "all rows written at once": {
    effect: "blocks",
    title: "every row stays locked until the transaction ends, and what it was is gone",
    instead: "fill in batches, each in a transaction of its own",
    source: `${STRONG}, "Backfilling data"; ${GITLAB}, "Batched background migrations"`,
  },
  "table rewritten": {
    effect: "blocks",
    title: "the table is written anew while nobody can read or write it",
    instead: COPY,
    source: `${ALTER_TABLE}, "Notes"; PostgreSQL, event trigger table_rewrite; ${BRAINTREE}`,
  },
  "table locked": {
    effect: "blocks",
    title: "the table can't be used until the transaction ends",
    instead:
      "keep what takes the lock in a transaction of its own with a short lock_timeout, and long work outside of it",
    source: "PostgreSQL, Explicit Locking; pgroll, lock_timeout and retries",
  },
  "view refreshed": {
    effect: "blocks",
    title: "nobody can read the view until it is refreshed",
    instead: "REFRESH MATERIALIZED VIEW CONCURRENTLY, which wants a unique index",
    source: "PostgreSQL, REFRESH MATERIALIZED VIEW",
  },
  "index rebuilt": {
    effect: "blocks",
    title: "the table can't be written until the index is rebuilt",
    instead: "REINDEX ... CONCURRENTLY",
    source: 'PostgreSQL, REINDEX, "Rebuilding Indexes Concurrently"; squawk require-concurrent-reindex',
  },
  "partition changed": {
    effect: "blocks",
    title: "the partition is read whole, or its table kept from everybody",
    instead: "a CHECK that says the same, validated before ATTACH; DETACH PARTITION ... CONCURRENTLY",
    source: `${ALTER_TABLE}, "ATTACH PARTITION", "DETACH PARTITION"; squawk require-concurrent-partition-detach`,
  },
  "json column": {
    effect: "breaks",
    title: "json has no equality: SELECT DISTINCT and GROUP BY that worked fail",
    instead: "jsonb",
    source: `${STRONG}, "Adding a json column"`,
  },
  "not SQL": {
    effect: "blocks",
    title: "it can't be read as PostgreSQL's SQL",
    instead: "try it on a copy: rollout drill migrate",
    source: "squawk syntax-error",
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
