import { RehearsalError } from "../machine/errors.ts";
import { locked } from "../machine/lock.ts";
import { livingHolder } from "../machine/lock-file.ts";
import { Damaged } from "../machine/lost/stored.ts";
import { Ledger, type Place, USERS, userLock } from "../machine/state.ts";
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

export interface DownOptions extends Options {
  /** Also while somebody works with it, such as a rollout that is under way. */
  force?: boolean;
}

/**
 * Stops all that is recorded of a stack, also after a crash, and removes its state: data, certificates, passwords.
 * Its logs stay. A stack that isn't up is no error. The stack's config isn't read: it may be broken by now.
 *
 * @throws {RehearsalError} when a rollout or a drill is under way
 */
export async function down(options: DownOptions): Promise<Down> {
  const place = placeIn(options);
  return locked(place, async () => {
    if (!options.force) refuseWhileUsed(place);
    await removeCopy(place);
    const ledger = recorded(place, options);
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

/** Where the record is damaged, what is found on the machine takes its place. */
function recorded(place: Place, { say }: DownOptions): Ledger | undefined {
  try {
    return Ledger.open(place);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const ledger = Ledger.ofFound(place);
    say?.(`${error.message.replace(/\. .*$/s, "")}: what runs of ${place.stack} is found by its logs`);
    return ledger;
  }
}

function refuseWhileUsed(place: Place): void {
  const using = Object.entries(USERS).flatMap(([name, what]) => {
    const holder = livingHolder<{ owner?: string }>(userLock(place, name as keyof typeof USERS));
    return holder ? [`${what} is under way (${holder.owner ?? `process ${holder.pid}`})`] : [];
  });
  if (using.length === 0) return;
  throw new RehearsalError(
    `The stack ${place.stack} is in use: ${using.join(", ")}. It stays up. End that first, or add --force to take it down all the same.`,
  );
}
