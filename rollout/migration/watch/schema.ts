import type pg from "pg";

/** What is compared before and after: by the catalog's own numbers, so that a new name is one and not a loss. */
export interface Schema {
  tables: Map<string, { name: string; rows: number }>;
  /** By the table's number and the column's. */
  columns: Map<string, { table: string; name: string; type: string; required: boolean; filled: boolean }>;
  /** `public.mood`: by the label's number. */
  labels: Map<string, { type: string; label: string }>;
  /** Views: one of a table's old name serves those who still ask for it. */
  views: Set<string>;
}

export interface SchemaChange {
  kind:
    | "table dropped"
    | "table renamed"
    | "column dropped"
    | "column renamed"
    | "column retyped"
    | "column added"
    | "column required"
    | "not null dropped"
    | "enum value added"
    | "enum value renamed";
  /** `public.orders`, `public.orders.total`, `public.mood`. */
  object: string;
  /** `total -> amount`; empty where there is nothing to add. */
  what: string;
}

const OURS = "nspname !~ '^(pg_|information_schema$|rollout_watch$)'";
const TABLES = `SELECT c.oid::text AS oid, format('%I.%I', nspname, relname) AS name, greatest(reltuples, 0)::bigint AS estimate
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND ${OURS}`;
const COLUMNS = `SELECT attrelid::text || ' ' || attnum AS id, format('%I.%I', nspname, relname) AS "table", quote_ident(attname) AS name,
    format_type(atttypid, atttypmod) AS type, attnotnull AS required,
    (atthasdef OR attidentity <> '' OR attgenerated <> '') AS filled
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
  WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p') AND ${OURS}`;
const LABELS = `SELECT e.oid::text AS id, format('%I.%I', nspname, typname) AS type, enumlabel AS label
  FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid JOIN pg_namespace n ON n.oid = typnamespace WHERE ${OURS}`;
const VIEWS = `SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'v' AND ${OURS}`;

/** Rows are those that the statistics tell: ANALYZE first, where they may be old. */
export async function readSchema(client: pg.Client): Promise<Schema> {
  const [tables, columns, labels, views] = [
    await client.query(TABLES),
    await client.query(COLUMNS),
    await client.query(LABELS),
    await client.query(VIEWS),
  ];
  const yes = (value: unknown) => value === true || value === "t";
  return {
    tables: new Map(
      tables.rows.map(({ oid, name, estimate }) => [
        oid as string,
        { name: String(name), rows: Number(estimate) },
      ]),
    ),
    columns: new Map(
      columns.rows.map(({ id, table, name, type, required, filled }) => [
        id as string,
        { table, name, type, required: yes(required), filled: yes(filled) },
      ]),
    ),
    labels: new Map(labels.rows.map(({ id, type, label }) => [id as string, { type, label }])),
    views: new Set(views.rows.map(({ name }) => name as string)),
  };
}

/** What a migration has left otherwise than it was; of a table that is new nothing is said. */
export function changesOf(before: Schema, after: Schema): SchemaChange[] {
  return [...tableChanges(before, after), ...columnChanges(before, after), ...enumChanges(before, after)];
}

function tableChanges({ tables }: Schema, after: Schema): SchemaChange[] {
  return [...tables].flatMap(([oid, { name }]): SchemaChange[] => {
    const now = after.tables.get(oid);
    if (!now) return [{ kind: "table dropped", object: name, what: "" }];
    return now.name === name || after.views.has(name)
      ? []
      : [{ kind: "table renamed", object: name, what: `${name} -> ${now.name}` }];
  });
}

function columnChanges(before: Schema, after: Schema): SchemaChange[] {
  const tableOf = (id: string) => id.slice(0, id.indexOf(" "));
  const old = [...before.columns].flatMap(([id, was]): SchemaChange[] => {
    if (!after.tables.has(tableOf(id))) return [];
    const object = `${was.table}.${was.name}`;
    const now = after.columns.get(id);
    if (!now) return [{ kind: "column dropped", object, what: "" }];
    const renamed: SchemaChange = { kind: "column renamed", object, what: `${was.name} -> ${now.name}` };
    const retyped: SchemaChange = { kind: "column retyped", object, what: `${was.type} -> ${now.type}` };
    return [
      ...(now.name === was.name ? [] : [renamed]),
      ...(now.type === was.type ? [] : [retyped]),
      ...(now.required && !was.required && !now.filled
        ? [{ kind: "column required" as const, object, what: "" }]
        : []),
      ...(was.required && !now.required ? [{ kind: "not null dropped" as const, object, what: "" }] : []),
    ];
  });
  const added = [...after.columns].flatMap(([id, now]): SchemaChange[] => {
    if (before.columns.has(id) || !before.tables.has(tableOf(id))) return [];
    const object = `${now.table}.${now.name}`;
    return [
      { kind: "column added", object, what: now.type },
      ...(now.required && !now.filled ? [{ kind: "column required" as const, object, what: "" }] : []),
    ];
  });
  return [...old, ...added];
}

function enumChanges(before: Schema, after: Schema): SchemaChange[] {
  const known = new Set([...before.labels.values()].map(({ type }) => type));
  return [...after.labels].flatMap(([id, { type, label }]): SchemaChange[] => {
    const was = before.labels.get(id);
    if (!was) return known.has(type) ? [{ kind: "enum value added", object: type, what: label }] : [];
    return was.label === label
      ? []
      : [{ kind: "enum value renamed", object: type, what: `${was.label} -> ${label}` }];
  });
}
