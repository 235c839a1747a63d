/** A migration's statements, as psql sends them one by one. */
export interface Form {
  name: string;
  sql: string[];
}

/** What is there before each of them: a shop whose tables have 2000 rows. */
export const BEFORE = `
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(100) NOT NULL, name text, feels mood);
  CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total integer, note text, state text NOT NULL DEFAULT 'new');
  CREATE INDEX orders_state ON orders (state);
  CREATE VIEW order_names AS SELECT id, note FROM orders;
  CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
  CREATE UNIQUE INDEX totals_key ON totals (customer_id);
  CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE TABLE events_2027 (id bigint, at date NOT NULL);
  INSERT INTO customers SELECT n, 'a' || n || '@example.com', 'name', 'good' FROM generate_series(1, 2000) n;
  INSERT INTO orders SELECT n, n, n, 'note' FROM generate_series(1, 2000) n;
  INSERT INTO events SELECT n, '2026-05-05' FROM generate_series(1, 2000) n;
  INSERT INTO events_2027 SELECT n, '2027-05-05' FROM generate_series(1, 2000) n;
  REFRESH MATERIALIZED VIEW totals;
`;

const good = (name: string, ...sql: string[]): Form => ({ name, sql });

/** The safe forms of what is bad in the corpus (test/rehearsal/migrations), and what never hurt anybody. */
export const GOOD: readonly Form[] = [
  good("adds a column", "ALTER TABLE orders ADD COLUMN tax integer"),
  good(
    "adds a column with a default that is the same for all",
    "ALTER TABLE orders ADD COLUMN tax integer NOT NULL DEFAULT 0",
  ),
  good("sets a default", "ALTER TABLE orders ALTER COLUMN note SET DEFAULT ''"),
  good("drops a default", "ALTER TABLE orders ALTER COLUMN state DROP DEFAULT"),
  good("builds an index concurrently", "CREATE INDEX CONCURRENTLY orders_total ON orders (total)"),
  good("drops an index concurrently", "DROP INDEX CONCURRENTLY orders_state"),
  good(
    "adds a check that is validated later",
    "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID",
    "ALTER TABLE orders VALIDATE CONSTRAINT positive",
  ),
  good(
    "adds a foreign key that is validated later",
    "ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID",
    "ALTER TABLE orders VALIDATE CONSTRAINT of_customer",
  ),
  good(
    "makes a unique index a constraint",
    "CREATE UNIQUE INDEX CONCURRENTLY one_email ON customers (email)",
    "ALTER TABLE customers ADD CONSTRAINT one_email UNIQUE USING INDEX one_email",
  ),
  good(
    "makes a table with its index and key",
    "BEGIN",
    "CREATE TABLE bills (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, paid boolean NOT NULL)",
    "CREATE INDEX bills_order ON bills (order_id)",
    "COMMIT",
  ),
  good("fills in a batch", "UPDATE orders SET note = 'x' WHERE id BETWEEN 1 AND 500"),
  good(
    "writes both columns by a trigger",
    "ALTER TABLE orders ADD COLUMN amount bigint",
    "CREATE FUNCTION write_both() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := NEW.total; UPDATE customers SET name = name WHERE id = NEW.customer_id; RETURN NEW; END $$",
    "CREATE TRIGGER write_both BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION write_both()",
  ),
  good("makes a view", "CREATE VIEW cheap AS SELECT id FROM orders WHERE total < 10"),
  good(
    "makes a type with its table",
    "CREATE TYPE size AS ENUM ('s', 'm')",
    "CREATE TABLE shirts (id bigint PRIMARY KEY, size size)",
  ),
  good("refreshes a view concurrently", "REFRESH MATERIALIZED VIEW CONCURRENTLY totals"),
  good("rebuilds an index concurrently", "REINDEX INDEX CONCURRENTLY orders_state"),
  good(
    "inserts rows",
    "INSERT INTO customers (id, email) VALUES (5000, 'drop table customers; -- @example.com')",
  ),
  good("says what a column is for", "COMMENT ON COLUMN orders.total IS 'DROP COLUMN it later; in cents'"),
];
