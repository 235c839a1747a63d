import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { programFile } from "../../../../infra/package-folder.ts";
import { isRunning, start } from "../machine/processes.ts";
import { stop } from "../machine/stopping.ts";
import type { Room } from "../room.ts";
import { processHere } from "../servers/process-start.ts";
import { jobsFile, writeJobs } from "./order.ts";

const KEY = "jobs";

/** Says which jobs there are and which track runs them, and starts the process that does so when they are due. */
export async function ensureJobs(room: Room): Promise<void> {
  const { ledger, plan } = room;
  const jobs = plan.processes.filter((each) => each.kind === "job");
  const file = jobsFile(ledger.place);
  if (jobs.length === 0 && !existsSync(file)) return;
  const { stack, lockFile } = ledger.place;
  writeJobs(file, {
    stack,
    stateDir: dirname(lockFile),
    jobs: jobs.map((job) => ({ ...job, here: processHere(room, job) })),
  });
  if (jobs.length === 0) return stop(ledger, KEY);
  if (isRunning(ledger.state.processes[KEY])) return;
  start(ledger, {
    key: KEY,
    command: [process.execPath, programFile(import.meta.dirname, "main"), file],
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  for (const { name, schedule, tracks } of jobs)
    room.say(`job ${name}: ${schedule}, on ${tracks.join(", ")}`);
}
