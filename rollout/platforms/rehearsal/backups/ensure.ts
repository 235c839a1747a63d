import { join } from "node:path";
import { programFile } from "../../../../infra/package-folder.ts";
import { writeAtomically } from "../machine/files.ts";
import { isRunning, start } from "../machine/processes.ts";
import type { Room } from "../room.ts";
import { storeOf } from "./store.ts";

const KEY = "backups";

/** Writes down what is to be backed up and when, and starts the process that does it unless it runs. */
export function ensureBackups(room: Room): void {
  const { ledger, plan } = room;
  if (!plan.backups) {
    room.say("backups: the stack plans none");
    return;
  }
  const store = storeOf(room);
  // Not among the backups, which are the database's user's: what is written here is run.
  const file = join(ledger.place.folder, "schedule.json");
  writeAtomically(file, JSON.stringify({ store, plan: plan.backups }, null, 2), 0o600);
  if (isRunning(ledger.state.processes[KEY])) return;
  start(ledger, {
    key: KEY,
    command: [process.execPath, programFile(import.meta.dirname, "scheduler"), file],
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  room.say(`backups: ${plan.backups.schedules.join(", ")}, kept ${plan.backups.keepDays} days, log archived`);
}
