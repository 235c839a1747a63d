import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { currentOf, textIn, writeAtomically } from "../machine/files.ts";
import type { Place } from "../machine/state.ts";
import type { JobPlan } from "../plan/describe-processes.ts";
import type { ProcessHere } from "../servers/process-start.ts";

/** What the process that runs the jobs works by. */
export interface JobOrder {
  stack: string;
  /** Where the stacks' folders are. */
  stateDir: string;
  jobs: (JobPlan & { here: ProcessHere })[];
}

/** What is known of a job from one life of that process to the next. */
export interface JobMemory {
  /** Another schedule begins anew. */
  schedule: string;
  /** From when a rate counts, and the last time that it was due and run; milliseconds since the epoch. */
  since: number;
  ran: number;
}

export function jobsFile({ folder }: Pick<Place, "folder">): string {
  return join(folder, "jobs", "order.json");
}

export function writeJobs(file: string, order: JobOrder): void {
  mkdirSync(dirname(file), { recursive: true });
  const text = JSON.stringify(order);
  if (textIn(file) !== text) writeAtomically(file, text, 0o600);
}

/** Gives the order as it is now. */
export function jobsFrom(file: string): () => JobOrder {
  return currentOf(file, () => JSON.parse(readFileSync(file, "utf8")) as JobOrder);
}

export function memoryIn(file: string): Record<string, JobMemory> {
  return JSON.parse(textIn(memoryFile(file)) ?? "{}") as Record<string, JobMemory>;
}

export function writeMemory(file: string, memory: Record<string, JobMemory>): void {
  writeAtomically(memoryFile(file), JSON.stringify(memory), 0o600);
}

function memoryFile(order: string): string {
  return join(dirname(order), "memory.json");
}
