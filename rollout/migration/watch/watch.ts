import type pg from "pg";
import { systemClock } from "../../clock.ts";
import { eachOnce, type Hazard, hazard } from "../hazard.ts";
import { type ReadOptions, readMigration } from "../reading/read.ts";
import { RULES, type RuleName } from "../rules.ts";
import { LockSampler, type TakenLock } from "./locks.ts";
import { type RecordedEvent, readRecorder, removeRecorder, startRecorder } from "./recorder.ts";
import { changesOf, readSchema, type Schema, type SchemaChange } from "./schema.ts";

export interface MigrationWatchOptions extends ReadOptions {
  /** A table with fewer rows is rewritten, indexed and read in no time. */
  bigRows?: number;
  /** A lock that others wait for may be held this long, in milliseconds. */
  limitMs?: number;
}

/** What a migration did. */
export interface WatchedMigration<T> {
  result?: T;
  /** What the migration ended with; what it had committed before is told all the same. */
  error?: unknown;
  seconds: number;
  /** The commands that changed the schema, in order, whoever wrote them: Alembic, Knex, a person. */
  statements: string[];
  /** The longest first. */
  locks: TakenLock[];
  /** How the schema differs after it from before. */
  changes: SchemaChange[];
  hazards: Hazard[];
}

/**
 * Runs a migration on a copy of the database and tells what it did there: by PostgreSQL's own event triggers, the locks
 * that were held, and the catalog before and after.
 *
 * @param client a superuser's connection to the copy, which nobody else uses meanwhile (event triggers need one)
 * @param run runs the migration, on connections of its own
 */
export async function watchMigration<T>(
  client: pg.Client,
  run: () => Promise<T>,
  options: MigrationWatchOptions = {},
): Promise<WatchedMigration<T>> {
  const { bigRows = 10_000, limitMs = 200 } = options;
  // Rows are counted by the statistics, which a copy that was just restored may not have.
  await client.query("ANALYZE");
  const before = await readSchema(client);
  await startRecorder(client);
  try {
    const sampler = new LockSampler();
    const begun = systemClock.now();
    const work = run().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    await sampler.during(client, work);
    const ended = await work;
    const seconds = (systemClock.now() - begun) / 1000;
    const events = await readRecorder(client);
    const changes = changesOf(before, await readSchema(client));
    const locks = sampler.taken(before.tables, events);
    const watched = { changes, locks, events, before, bigRows, limitMs };
    const hazards = eachOnce([...seenHazards(watched), ...(await readHazards(watched, options))]);
    return { ...ended, seconds, statements: queriesOf(events), locks, changes, hazards };
  } finally {
    await removeRecorder(client);
  }
}

interface Seen {
  changes: SchemaChange[];
  locks: TakenLock[];
  events: RecordedEvent[];
  before: Schema;
  bigRows: number;
  limitMs: number;
}

/** What happened, whatever the commands looked like. */
function seenHazards({ changes, locks, events, before, bigRows, limitMs }: Seen): Hazard[] {
  const rewritten = new Set(events.filter(({ kind }) => kind === "rewrite").map(({ object }) => object));
  const rowsOf = new Map([...before.tables.values()].map(({ name, rows }) => [name, rows]));
  return [
    ...changes.flatMap(({ kind, object, what }) => {
      if (kind === "column added" || (kind === "column retyped" && isOnlyWider(what, object, rewritten)))
        return [];
      return [hazard(kind, object, what ? `${RULES[kind].title} (${what})` : undefined)];
    }),
    ...[...rewritten]
      .filter((table) => (rowsOf.get(table) ?? 0) >= bigRows)
      .map((table) =>
        hazard("table rewritten", table, `${RULES["table rewritten"].title} (${rowsOf.get(table)} rows)`),
      ),
    ...locks
      .filter(({ blocks, ms }) => blocks !== "schema changes" && ms >= limitMs)
      .map(({ table, mode, blocks, ms }) =>
        hazard("table locked", table, `${mode} for ${(ms / 1000).toFixed(1)} s: ${blocks} of ${table} wait`),
      ),
  ];
}

/** A text that may be longer is the same to everybody, and not one row is touched. */
function isOnlyWider(what: string, object: string, rewritten: ReadonlySet<string>): boolean {
  const texts = /^character varying(?:\(\d+\))? -> (?:character varying(?:\(\d+\))?|text)$/;
  return texts.test(what) && ![...rewritten].some((table) => object.startsWith(`${table}.`));
}

/** How the commands look, where size is no question or the tables are large. */
async function readHazards({ events, before, bigRows }: Seen, options: ReadOptions): Promise<Hazard[]> {
  const made = new Set(events.filter(({ tag }) => tag === "CREATE TABLE").map(({ object }) => object));
  const found: Hazard[] = [];
  for (const query of queriesOf(events)) {
    const own = events.filter((event) => event.query === query);
    const touched = own.flatMap(({ locks }) => locks.flatMap(({ oid }) => before.tables.get(oid) ?? []));
    const isBig = touched.some(({ rows }) => rows >= bigRows);
    const isNew = own.every(({ object }) => made.has(object));
    if (isNew) continue;
    for (const each of await readMigration(oneLine(query), query, options))
      if ((isBig && each.effect === "blocks") || ALWAYS.includes(each.rule))
        found.push({ ...each, where: each.where.replace(/:\d+$/, "") });
  }
  return found;
}

/** What the catalog doesn't show, and what no size makes harmless. */
const ALWAYS: readonly RuleName[] = [
  "object dropped",
  "object renamed",
  "exclusion constraint",
  "json column",
];

function queriesOf(events: readonly RecordedEvent[]): string[] {
  return [...new Set(events.map(({ query }) => query.trim()))];
}

const LONGEST = 80;

function oneLine(query: string): string {
  const text = query.replace(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
