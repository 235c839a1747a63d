import type { DrillCheck } from "../drill/record.ts";

/** What is said before anybody is asked. */
export interface PlannedSwitch {
  stack: string;
  /** Versions of PostgreSQL: which is live, and which is to be. */
  from: string;
  to: string;
  /** What the gates found. */
  checks: DrillCheck[];
  /** Where the switch loses something, what; nothing where the other server follows. */
  lost?: string;
}

/** What has become of it. */
export interface Upgraded {
  stack: string;
  /** The version that is live now. */
  live: string;
  /** The version of the server that follows, and can take the place back; absent where there is none any more. */
  follows?: string;
  /** Seconds in which the application couldn't write; absent where nothing changed places. */
  seconds?: number;
  checks: DrillCheck[];
  /** Where the server is that was live before, on AWS: it follows nothing. */
  kept?: string;
  /** What is left to do, a sentence each. */
  todo: string[];
}

const MARKS = { pass: "pass   ", fail: "FAIL   ", unknown: "unknown" };

export function plannedText({ stack, from, to, checks, lost }: PlannedSwitch): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  return [
    ...checks.map(({ name, verdict, details }) => `  ${MARKS[verdict]}  ${name.padEnd(width)}  ${details}`),
    `${stack}'s database is to change from PostgreSQL ${from} to ${to}: for some seconds nobody can write.`,
    lost ?? `The server of ${from} follows from then on: rollout upgrade-database --back loses no row.`,
  ].join("\n");
}

export function upgradedText({ stack, live, follows, seconds, kept, todo }: Upgraded): string {
  const after = seconds === undefined ? "" : `, after ${seconds.toFixed(1)} s without writes`;
  const other = follows === undefined ? "" : ` The server of ${follows} follows it.`;
  const old = kept === undefined ? "" : ` The one of before is kept: ${kept}`;
  return [`${stack}: the database is PostgreSQL ${live}${after}.${other}${old}`, ...todo, ""].join("\n");
}
