import { ensureAlarms } from "../alarms/ensure.ts";
import { ensureBackups } from "../backups/ensure.ts";
import { ensureController } from "../controller/ensure.ts";
import { ensureDependencies } from "../dependencies/ensure.ts";
import { ensureFlags } from "../flags/ensure.ts";
import { ensureJobs } from "../jobs/ensure.ts";
import { RehearsalError } from "../machine/errors.ts";
import { locked } from "../machine/lock.ts";
import { storesVersion } from "../plan/describe.ts";
import { ensureStorage } from "../storage/ensure.ts";
import { converge } from "./converge.ts";
import { type Options, placeIn } from "./options.ts";
import { prepareChange } from "./prepare.ts";
import { type Status, statusOf } from "./status.ts";

/**
 * Makes a stack that is up what its config says now: weights at runtime, servers started or drained.
 *
 * @throws {RehearsalError} when the stack isn't up, or a new server doesn't get healthy: the old ones still serve
 * @throws {UserError} with every mistake in the config; nothing has changed then
 */
export async function apply(options: Options): Promise<Status> {
  const place = placeIn(options);
  return locked(place, async () => {
    const room = await prepareChange(options, place);
    if (room.ledger.state.stores !== storesVersion(room.plan)) {
      room.say("database and cache keep what they were started with: their new settings need down and up");
    }
    if (room.plan.cache && !room.ledger.state.cache) {
      const { stack } = room.plan;
      throw new RehearsalError(
        `${stack} has a cache now and came up without one: rollout rehearse down --stack ${stack}, then up`,
      );
    }
    await ensureFlags(room);
    await ensureDependencies(room);
    await ensureStorage(room);
    await converge(room);
    await ensureAlarms(room);
    ensureBackups(room);
    await ensureJobs(room);
    await ensureController(room);
    return statusOf(room.ledger, Promise.resolve(room.plan.weights));
  });
}
