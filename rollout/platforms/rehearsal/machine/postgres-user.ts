import { execFileSync, spawnSync } from "node:child_process";
import { RehearsalError } from "./errors.ts";

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Who runs PostgreSQL: it refuses to run as root, so root hands it to the system user `postgres` (Debian's package makes
 * it) or `nobody`. Anyone else runs it as themselves.
 *
 * @returns undefined for anyone but root
 */
export function databaseUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = lookUp("postgres") ?? lookUp("nobody");
  if (!user) {
    throw new RehearsalError(
      "PostgreSQL refuses to run as root, and this machine has no user postgres or nobody.",
    );
  }
  return user;
}

/** Whether the database's user can get at what is in a folder: root's own is closed to it (a clone in /root). */
export function canReach(folder: string, user: SystemUser | undefined): boolean {
  if (!user) return true;
  const { uid, gid } = user;
  return spawnSync("test", ["-x", folder], { uid, gid, cwd: "/" }).status === 0;
}

function lookUp(name: string): SystemUser | undefined {
  const id = (flag: string) =>
    Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { name, uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}
