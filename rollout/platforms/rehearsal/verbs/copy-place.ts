import { rmSync } from "node:fs";
import { join } from "node:path";
import { Damaged } from "../machine/lost/stored.ts";
import { Ledger, type Place } from "../machine/state.ts";
import { inStopOrder, stopAll } from "../machine/stopping.ts";
import { removeState } from "./remove-state.ts";

/** Where the copy of a stack's database and what is started with it are: a small stack inside the stack's folder. */
export function copyPlace({ stack, folder, logs, lockFile }: Place): Place {
  const own = join(folder, "restored");
  return { stack, folder: own, logs: join(logs, "restored"), stateFile: join(own, "state.json"), lockFile };
}

/** Stops and removes the copy, also one that a killed command left. Its logs stay. */
export async function removeCopy(place: Place): Promise<void> {
  const own = copyPlace(place);
  const ledger = recordOf(own);
  if (!ledger) return;
  for (const keys of inStopOrder(Object.keys(ledger.state.processes))) await stopAll(ledger, keys);
  removeState(ledger);
  rmSync(own.folder, { recursive: true, force: true });
}

function recordOf(own: Place): Ledger | undefined {
  try {
    return Ledger.open(own);
  } catch (error) {
    if (error instanceof Damaged) return Ledger.ofFound(own);
    throw error;
  }
}
