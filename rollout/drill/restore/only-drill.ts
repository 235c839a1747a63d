import { rmSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { takeLock } from "../../platforms/rehearsal/machine/lock-file.ts";
import { type Place, userLock } from "../../platforms/rehearsal/machine/state.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import { drillFiles } from "../drill-files.ts";
import type { DrillRecord } from "../record.ts";
import { DrillTelling } from "../telling.ts";

/**
 * Plays a drill with a copy of a stack's database, of which there is one at a time, and keeps its record beside the stack's state.
 *
 * @param what such as `drill`, for who comes meanwhile
 * @throws {UserError} when there is another one, or the stack isn't up
 */
export async function onlyDrill(
  options: Options,
  what: string,
  drill: (room: Room) => Promise<DrillRecord>,
): Promise<DrillRecord> {
  const place = placeIn(options);
  const told = new DrillTelling(options.say);
  const room = await prepareChange({ ...options, say: told.say }, place);
  return alone(place, `another ${what} of ${place.stack}`, async () => {
    const record = { ...(await drill(room)), told: told.lines };
    await drillFiles(place.folder).write(record);
    return record;
  });
}

/**
 * Does what there is one of at a time: a drill with a copy of the stack's database, or a restore.
 *
 * @param other whom who comes meanwhile is told of
 * @throws {UserError} when there is another one
 */
export async function alone<T>(place: Place, other: string, work: () => Promise<T>): Promise<T> {
  const file = userLock(place, "restore-drill.lock");
  const holder = takeLock(file, {});
  if (holder) throw new UserError(`${other} is running (process ${holder.pid})`);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
