import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { socketFolder } from "./backups/store.ts";
import { removeSockets } from "./balancing.ts";
import { locked } from "./lock.ts";
import { type Options, placeIn } from "./options.ts";
import { Ledger, type Place } from "./state.ts";
import { inStopOrder, stopAll } from "./stopping.ts";

export interface Down {
  stack: string;
  /** The names of what was stopped or had been started. */
  stopped: string[];
  /** The folder of the logs, which stay until the next `up`. */
  logs?: string;
}

/**
 * Stops all that is recorded of a stack, also after a crash, and removes its state: data, certificates, passwords.
 * Its logs stay. A stack that isn't up is no error. The stack's config isn't read: it may be broken by now.
 */
export async function down(options: Options): Promise<Down> {
  const place = placeIn(options);
  return locked(place, async () => {
    const ledger = Ledger.open(place);
    if (!ledger) return { stack: place.stack, stopped: [] };
    const keys = Object.keys(ledger.state.processes);
    for (const group of inStopOrder(keys)) {
      options.say?.(`stopping ${group.join(", ")}`);
      await stopAll(ledger, group);
    }
    removeState(ledger);
    return { stack: place.stack, stopped: keys, logs: place.logs };
  });
}

/** Removes all but the logs; the state last, so that a crash on the way is mended by another `down`. */
export function removeState(ledger: Ledger): void {
  const { place, state } = ledger;
  removeSockets(ledger);
  // Again and again: what was killed a moment ago may have made another file since.
  const whole = { recursive: true, force: true, maxRetries: 5 };
  rmSync(socketFolder(state.database), whole);
  rmSync(state.database.folder, whole);
  for (const name of readdirSync(place.folder)) {
    if (!keeps(place, name)) rmSync(join(place.folder, name), whole);
  }
  if (existsSync(place.stateFile)) rmSync(place.stateFile);
}

function keeps({ logs, stateFile }: Place, name: string): boolean {
  return [logs, stateFile].some((path) => path.endsWith(`/${name}`));
}
