import type { LoggedStatement } from "./log.ts";

/** Of one statement this many sets of values are asked, and this many questions in all. */
const VALUES_EACH = 4;
const MOST = 200;

const READS = /^\s*(select|with|values|table)\b/i;
const WRITES =
  /\b(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|for\s+(no\s+key\s+)?update|for\s+(key\s+)?share)\b/i;
/** Of the system, or with an effect that no transaction takes back. */
const EFFECTS =
  /\b(pg_(advisory|try_advisory|sleep|terminate|cancel|reload|rotate|notify|create|drop|switch|logical|replication|stat_reset)\w*|lo_\w+|dblink\w*|nextval|setval|set_config|query_to_xml\w*)\s*\(|\bpg_(catalog|stat|roles|authid|settings|database)\w*\b|\binformation_schema\b/i;

/** Whether a statement only reads, as far as its text tells: it is run in a read only transaction besides. */
export function isRead({ text }: LoggedStatement): boolean {
  return READS.test(text) && !WRITES.test(text) && !EFFECTS.test(text);
}

/** Without an order a limit may cut out any rows: two right answers differ. */
export function hasOneAnswer({ text }: LoggedStatement): boolean {
  return !/\b(limit|fetch\s+(first|next))\b/i.test(text) || /\border\s+by\b/i.test(text);
}

/** The reads to ask both servers: each different statement, the most frequent first, with some of its values. */
export function chooseReads(statements: readonly LoggedStatement[]): LoggedStatement[] {
  const byText = Map.groupBy(
    statements.filter((each) => isRead(each) && hasOneAnswer(each)),
    ({ text }) => text,
  );
  const frequent = [...byText.values()].toSorted((a, b) => b.length - a.length);
  const chosen = frequent.flatMap((same) => {
    const different = new Map(same.map((each) => [JSON.stringify(each.values), each]));
    return [...different.values()].slice(0, VALUES_EACH);
  });
  return chosen.slice(0, MOST);
}
