import { listBackups, takeBackup } from "../backups/repository.ts";
import { storeOf } from "../backups/store.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { Room } from "../room.ts";

/**
 * Backs the stack's database up by pgBackRest. A backup of this name that is there is the same backup: a rollout that is
 * started again makes no second.
 *
 * @param name letters, digits, hyphens and dots
 * @returns the backup's label, by which `drill restore` and pgBackRest know it
 * @throws {RehearsalError} when pgBackRest fails
 */
export async function backUp(
  room: Pick<Room, "ledger" | "plan" | "programs">,
  name: string,
): Promise<{ id: string }> {
  if (!/^[\w.-]+$/.test(name)) throw new RehearsalError(`not a name for a backup: ${name}`);
  const store = storeOf(room);
  const known = (await listBackups(store)).findLast((backup) => backup.name === name);
  return { id: (known ?? (await takeBackup(store, name))).label };
}
