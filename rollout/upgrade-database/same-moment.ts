import type pg from "pg";
import { atQuietMoment, snapshotNow } from "../platforms/rehearsal/backups/quiet-moment.ts";
import type { Reached } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { RehearsalError } from "../platforms/rehearsal/machine/errors.ts";
import { drained } from "./replication.ts";

/** Writers wait for this: longer than that a follower isn't waited for while they do. */
const DRAIN_MS = 2_000;

/**
 * Two servers as they are at one moment, although the application goes on writing: writers wait until the follower has caught up and both
 * have a snapshot, then they go on, and both are read in peace.
 *
 * @param work with a connection to each, both in a transaction of that moment
 * @returns what it returns, and for how long writers waited at most, in milliseconds
 * @throws {RehearsalError} when the follower doesn't catch up, or others lock the tables
 */
export async function atSameMoment<T>(
  live: Reached,
  follower: Reached,
  work: (live: pg.Client, follower: pg.Client) => Promise<T>,
): Promise<{ result: T; pausedMs: number }> {
  return asSuperuser(live, (writer) =>
    asSuperuser(live, (watcher) =>
      asSuperuser(live, (here) =>
        asSuperuser(follower, async (there) => {
          const pausedMs = await atQuietMoment(writer, async () => {
            const begun = performance.now();
            await snapshotNow(here);
            if (!(await drained(watcher, DRAIN_MS)))
              throw new RehearsalError(`the new server doesn't catch up within ${DRAIN_MS / 1000} s`);
            await snapshotNow(there);
            return Math.ceil(performance.now() - begun);
          });
          return { result: await work(here, there), pausedMs };
        }),
      ),
    ),
  );
}
