import type pg from "pg";

const OURS = "nspname <> 'information_schema' AND nspname !~ '^pg_'";

/**
 * What is compared of a schema, a line each: by names, as two servers number differently; texts that each major version writes in its own
 * way (views, not null constraints) aren't in it.
 */
const LINES = `
  SELECT format('table %I.%I', nspname, relname) AS line FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't' AND ${OURS}
  UNION ALL SELECT format('column %I.%I.%I %s%s', nspname, relname, attname, format_type(atttypid, atttypmod),
      CASE WHEN attnotnull THEN ' not null' ELSE '' END)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't' AND ${OURS}
  UNION ALL SELECT 'index ' || pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relpersistence <> 't' AND ${OURS}
  UNION ALL SELECT format('constraint %I on %I.%I', conname, nspname, relname)
    FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE contype <> 'n' AND ${OURS}
  UNION ALL SELECT format('sequence %I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'S' AND relpersistence <> 't' AND ${OURS}
  UNION ALL SELECT format('trigger %I on %I.%I', tgname, nspname, relname)
    FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE NOT tgisinternal AND ${OURS}
  UNION ALL SELECT format('function %I.%s %s', nspname, p.oid::regprocedure, md5(prosrc))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE ${OURS} AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
  UNION ALL SELECT format('label %I.%I %L', nspname, typname, enumlabel)
    FROM pg_enum JOIN pg_type t ON t.oid = enumtypid JOIN pg_namespace n ON n.oid = typnamespace WHERE ${OURS}
  ORDER BY 1`;

/** The schema of the application's database, sorted. */
export async function schemaOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(LINES);
  return rows.map(({ line }) => line);
}

/** How the schemas of two servers differ: changes of the schema aren't replicated. Empty when they don't. */
export function schemaDifferences(live: readonly string[], other: readonly string[]): string[] {
  const [here, there] = [new Set(live), new Set(other)];
  return [
    ...live.filter((line) => !there.has(line)).map((line) => `only on the live server: ${line}`),
    ...other.filter((line) => !here.has(line)).map((line) => `no more on the live server: ${line}`),
  ];
}
