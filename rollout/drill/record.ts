/** What a check found, of a drill or before a launch. `unknown`: it couldn't be looked at from here. That is no pass. */
export type CheckStatus = "pass" | "fail" | "unknown";

export interface DrillCheck {
  /** What is checked, in a word or two: the same in every drill of the kind. */
  name: string;
  /** What was to come about; left out where the name says it. */
  expected?: string;
  verdict: CheckStatus;
  /** The evidence, and what to do where it isn't a pass. One line. */
  details: string;
}

/** What was said while it went, at that moment in milliseconds since the epoch. */
export interface ToldLine {
  at: number;
  text: string;
}

/** What users got whose requests were due in a second; its beginning in milliseconds since the epoch. */
export interface UsersSecond {
  at: number;
  requests: number;
  lost: number;
  slowestMs: number;
}

/** What a drill found: written when it ends, read by whoever wants to know when the last one passed. */
export interface DrillRecord {
  version: 1;
  /** Such as `restore-20261121T091420Z`; sorts by time within a kind. */
  id: string;
  /** The drill's kind: `restore`, `alarms`, or what failed (`fail-database`). */
  drill: string;
  stack: string;
  on: "rehearsal" | "aws";
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  /** `user@host`. */
  by: string;
  /** `incomplete`: nothing failed, but something that matters couldn't be checked. */
  outcome: "passed" | "failed" | "incomplete";
  checks: DrillCheck[];
  /** What was measured, by a name with its unit: `rtoSeconds`, `rpoSeconds`, `detectSeconds`. */
  figures: Record<string, number>;
  /** What it was about, such as `backup: 20261121-091418F`. */
  facts: Record<string, string>;
  /** Oldest first; left out in records of before there were pages. */
  told?: readonly ToldLine[];
  /** Left out where nobody plays users. */
  users?: readonly UsersSecond[];
}

export interface DrillRecords {
  write(record: DrillRecord): Promise<void>;
  /** Oldest first. */
  read(): Promise<DrillRecord[]>;
}

export function outcomeOf(checks: readonly DrillCheck[]): DrillRecord["outcome"] {
  if (checks.length === 0 || checks.some(({ verdict }) => verdict === "fail")) return "failed";
  return checks.some(({ verdict }) => verdict === "unknown") ? "incomplete" : "passed";
}

function idOf(drill: string, startedAt: number): string {
  return `${drill}-${new Date(startedAt).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
}

type Drilled = Pick<
  DrillRecord,
  | "drill"
  | "stack"
  | "on"
  | "startedAt"
  | "endedAt"
  | "by"
  | "checks"
  | "figures"
  | "facts"
  | "told"
  | "users"
>;

/** The record of a drill that is over: its name and its outcome follow from the rest. */
export function recordOf(drilled: Drilled): DrillRecord {
  const { drill, startedAt, checks } = drilled;
  return { version: 1, id: idOf(drill, startedAt), ...drilled, outcome: outcomeOf(checks) };
}
