import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../platforms/rehearsal/machine/files.ts";
import { stored } from "../platforms/rehearsal/machine/lost/stored.ts";
import { DRILLS } from "../platforms/rehearsal/machine/state.ts";

/** What a check found, of a drill or before a launch. `unknown`: it couldn't be looked at from here. That is no pass. */
export type CheckStatus = "pass" | "fail" | "unknown";

export interface DrillCheck {
  /** What is checked, in a word or two: the same in every drill of the kind. */
  name: string;
  verdict: CheckStatus;
  /** The evidence, and what to do where it isn't a pass. One line. */
  details: string;
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
  "drill" | "stack" | "on" | "startedAt" | "endedAt" | "by" | "checks" | "figures" | "facts"
>;

/** The record of a drill that is over: its name and its outcome follow from the rest. */
export function recordOf(drilled: Drilled): DrillRecord {
  const { drill, startedAt, checks } = drilled;
  return { version: 1, id: idOf(drill, startedAt), ...drilled, outcome: outcomeOf(checks) };
}

/** A rehearsal's records: a file each in `.rehearsal/<stack>/drills`, which outlives the rehearsal. */
export function drillFiles(stackFolder: string): DrillRecords {
  const folder = join(stackFolder, DRILLS);
  return {
    async write(record) {
      mkdirSync(folder, { recursive: true });
      writeAtomically(join(folder, `${record.id}.json`), `${JSON.stringify(record, null, 2)}\n`);
    },
    async read() {
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => recordIn(join(folder, name)))
        .sort((a, b) => a.startedAt - b.startedAt);
    },
  };
}

const recordSchema = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  drill: z.string(),
  outcome: z.string(),
  startedAt: z.number(),
  endedAt: z.number(),
  checks: z.array(z.looseObject({})),
});

/** @throws {Damaged} */
function recordIn(file: string): DrillRecord {
  const wayOut = "Remove it, or play that drill again: what it found is lost.";
  return stored(file, recordSchema, wayOut) as unknown as DrillRecord;
}
