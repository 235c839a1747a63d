import type pg from "pg";

/** One command of the migration, as PostgreSQL's own event triggers told it. */
export interface RecordedEvent {
  kind: "command" | "rewrite" | "drop";
  tag: string;
  /** A table, index or type, as PostgreSQL names it. */
  object: string;
  objectType: string;
  query: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  at: number;
  /** Locks that the transaction held at its end: the table's oid, the mode and which transaction. */
  locks: { oid: string; mode: string; transaction: string }[];
}

const SCHEMA = "rollout_watch";

// The functions run in the migration's own transaction, with the rights of who watches: the migration's role may be anyone.
const INSTALL = `
  DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE;
  CREATE SCHEMA ${SCHEMA};
  CREATE TABLE ${SCHEMA}.events (
    number bigserial, kind text, tag text, object text, object_type text, query text,
    started_at timestamptz, at timestamptz, locks jsonb);
  CREATE FUNCTION ${SCHEMA}.write_down(kind text, tag text, object text, object_type text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
      INSERT INTO ${SCHEMA}.events (kind, tag, object, object_type, query, started_at, at, locks)
      SELECT kind, tag, object, object_type, current_query(), statement_timestamp(), clock_timestamp(),
        (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('oid', relation::text, 'mode', mode, 'transaction', virtualtransaction)), '[]')
         FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted) $$;
  CREATE FUNCTION ${SCHEMA}.on_command() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
      PERFORM ${SCHEMA}.write_down('command', command_tag, object_identity, object_type)
      FROM pg_event_trigger_ddl_commands() WHERE NOT in_extension;
    END $$;
  CREATE FUNCTION ${SCHEMA}.on_drop() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
      PERFORM ${SCHEMA}.write_down('drop', tg_tag, object_identity, object_type)
      FROM pg_event_trigger_dropped_objects() WHERE original AND NOT is_temporary;
    END $$;
  CREATE FUNCTION ${SCHEMA}.on_rewrite() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
      PERFORM ${SCHEMA}.write_down('rewrite', tg_tag, (pg_identify_object('pg_class'::regclass, pg_event_trigger_table_rewrite_oid(), 0)).identity, 'table');
    END $$;
  CREATE EVENT TRIGGER rollout_watch_command ON ddl_command_end EXECUTE FUNCTION ${SCHEMA}.on_command();
  CREATE EVENT TRIGGER rollout_watch_drop ON sql_drop EXECUTE FUNCTION ${SCHEMA}.on_drop();
  CREATE EVENT TRIGGER rollout_watch_rewrite ON table_rewrite EXECUTE FUNCTION ${SCHEMA}.on_rewrite();
  GRANT USAGE ON SCHEMA ${SCHEMA} TO PUBLIC;`;

const REMOVE = `
  DROP EVENT TRIGGER IF EXISTS rollout_watch_command;
  DROP EVENT TRIGGER IF EXISTS rollout_watch_drop;
  DROP EVENT TRIGGER IF EXISTS rollout_watch_rewrite;
  DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE;`;

/** Has the database write down every command from now on. Needs a superuser, as event triggers do. */
export async function startRecorder(client: pg.Client): Promise<void> {
  await client.query(REMOVE);
  await client.query(INSTALL);
}

/** What was committed since; the database is as it was before. */
export async function readRecorder(client: pg.Client): Promise<RecordedEvent[]> {
  const { rows } = await client.query(
    `SELECT kind, tag, coalesce(object, '') AS object, coalesce(object_type, '') AS type, query,
       extract(epoch FROM started_at) * 1000 AS started, extract(epoch FROM at) * 1000 AS at, locks::text
     FROM ${SCHEMA}.events ORDER BY number`,
  );
  return rows.map(({ kind, tag, object, type, query, started, at, locks }) => ({
    ...{ kind, tag, object, objectType: type, query },
    ...{ startedAt: Number(started), at: Number(at), locks: JSON.parse(locks) },
  }));
}

export async function removeRecorder(client: pg.Client): Promise<void> {
  await client.query(REMOVE);
}
