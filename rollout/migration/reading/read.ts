import { eachOnce, type Hazard, hazard } from "../hazard.ts";
import { ownFindings } from "./own-rules.ts";
import { findSquawk, squawkFindings } from "./squawk.ts";
import { forwardOf, statementsOf } from "./statements.ts";

export interface ReadOptions {
  /** By default the program that is found here; null: none, our own rules only. */
  squawk?: string | null | undefined;
  /** PostgreSQL's major version. */
  major?: number;
}

/**
 * The hazards of a migration in SQL, by squawk's rules and our own, in the order of its lines.
 *
 * @param name the file's, as a reader is to see it
 */
export async function readMigration(name: string, sql: string, options: ReadOptions = {}): Promise<Hazard[]> {
  const { squawk = findSquawk(), major } = options;
  const forward = forwardOf(sql);
  const found = [
    ...(squawk ? await squawkFindings(squawk, forward, major === undefined ? {} : { major }) : []),
    ...ownFindings(statementsOf(forward)),
  ];
  return eachOnce(
    found.toSorted((a, b) => a.line - b.line).map(({ rule, line }) => hazard(rule, `${name}:${line}`)),
  );
}
