import type { RuleName } from "../rules.ts";
import type { SqlStatement } from "./statements.ts";

/** What squawk has no rule for, by how a statement looks. */
const LOOKS: readonly [RegExp, RuleName][] = [
  [/^DROP (?:SCHEMA|TYPE|VIEW|MATERIALIZED VIEW|FUNCTION|PROCEDURE|SEQUENCE|DOMAIN)\b/i, "object dropped"],
  [
    /^ALTER (?:SCHEMA|TYPE|VIEW|MATERIALIZED VIEW|FUNCTION|SEQUENCE|DOMAIN) .* RENAME TO\b/i,
    "object renamed",
  ],
  [/^ALTER TABLE .* SET SCHEMA\b/i, "table renamed"],
  [/^ALTER TYPE .* RENAME VALUE\b/i, "enum value renamed"],
  [/^ALTER TYPE .* ADD VALUE\b/i, "enum value added"],
  [/^TRUNCATE\b/i, "rows removed"],
  [/^DELETE FROM (?!.*\bWHERE\b)/i, "rows removed"],
  [/^UPDATE (?!.*\bWHERE\b)/i, "all rows written at once"],
  [/^VACUUM (?:\([^)]*\bFULL\b|FULL\b)/i, "table rewritten"],
  [/^CLUSTER\b/i, "table rewritten"],
  [/^ALTER TABLE .* SET (?:TABLESPACE|LOGGED|UNLOGGED|ACCESS METHOD)\b/i, "table rewritten"],
  [/^LOCK (?:TABLE )?(?!.*\bIN (?:ACCESS SHARE|ROW SHARE|ROW EXCLUSIVE) MODE)/i, "table locked"],
  [/^REFRESH MATERIALIZED VIEW (?!CONCURRENTLY\b)/i, "view refreshed"],
  [/^REINDEX (?!.*\bCONCURRENTLY\b)/i, "index rebuilt"],
  [/^ALTER TABLE .* ATTACH PARTITION\b/i, "partition changed"],
  [/^ALTER TABLE .* DETACH PARTITION (?!.*\bCONCURRENTLY\b)/i, "partition changed"],
  [/^ALTER TABLE .* ADD (?:CONSTRAINT \S+ )?EXCLUDE\b/i, "exclusion constraint"],
  [/^ALTER TABLE .* ADD (?:COLUMN )?(?:IF NOT EXISTS )?\S+ json\b/i, "json column"],
];

/** Commands whose object may be one of the migration's own, which nobody uses yet. */
const MADE =
  /^CREATE (?:UNLOGGED |TEMP |TEMPORARY )?(?:TABLE|TYPE|MATERIALIZED VIEW) (?:IF NOT EXISTS )?([\w.$"]+)/i;
const ABOUT =
  /^(?:ALTER (?:TABLE|TYPE|MATERIALIZED VIEW)|DELETE FROM|UPDATE|TRUNCATE(?: TABLE)?|LOCK(?: TABLE)?|DROP (?:TYPE|MATERIALIZED VIEW)|REFRESH MATERIALIZED VIEW) (?:IF EXISTS )?(?:ONLY )?([\w.$"]+)/i;

/** What our own rules find in a migration's statements. */
export function ownFindings(statements: readonly SqlStatement[]): { rule: RuleName; line: number }[] {
  const made = new Set(statements.flatMap(({ text }) => named(MADE, text)));
  return statements.flatMap(({ text, line }) => {
    if (named(ABOUT, text).some((name) => made.has(name))) return [];
    return LOOKS.filter(([look]) => look.test(text)).map(([, rule]) => ({ rule, line }));
  });
}

function named(pattern: RegExp, text: string): string[] {
  const [, name] = pattern.exec(text) ?? [];
  return name
    ? [
        name
          .toLowerCase()
          .replaceAll('"', "")
          .replace(/^public\./, ""),
      ]
    : [];
}
