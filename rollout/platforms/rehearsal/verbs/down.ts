import { locked } from "../machine/lock.ts";
import { Ledger } from "../machine/state.ts";
import { inStopOrder, stopAll } from "../machine/stopping.ts";
import { removeCopy } from "./copy-place.ts";
import { type Options, placeIn } from "./options.ts";
import { removeState } from "./remove-state.ts";

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
    await removeCopy(place);
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
