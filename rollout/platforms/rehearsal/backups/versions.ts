import { rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder, writeOwned } from "../machine/disk/owned.ts";
import { messageOf, RehearsalError } from "../machine/errors.ts";
import { pgbackrest } from "./repository.ts";
import type { Store } from "./store.ts";

/**
 * Whether pgBackRest knows a version of PostgreSQL: it is asked to begin a repository for such a server, which is removed again.
 *
 * @param data of a server of that version
 * @throws {RehearsalError} when it doesn't: there would be no backup any more
 */
export async function canBackUp(store: Store, data: string, major: string): Promise<void> {
  const folder = join(store.folder, "probe");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  remove();
  makePrivateFolder(folder, store.user);
  writeOwned(join(folder, "pgbackrest.conf"), "", store.user);
  const probe = [`--repo1-path=${join(folder, "repository")}`, `--lock-path=${folder}`, `--pg1-path=${data}`];
  const args = [...probe, "--log-level-file=off", "stanza-create", "--no-online"];
  try {
    await pgbackrest({ ...store, folder }, args);
  } catch (error) {
    throw new RehearsalError(`PostgreSQL ${major} couldn't be backed up here: ${messageOf(error)}`);
  } finally {
    remove();
  }
}
