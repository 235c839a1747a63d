import { createHash } from "node:crypto";
import { chownSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseUser } from "../machine/postgres-user.ts";
import type { State } from "../machine/state.ts";
import type { Room } from "../room.ts";

/** What backs up one database server: where it is and where its backups go. Plain data, which another process can read. */
export interface Store {
  /** The pgBackRest program. */
  pgbackrest: string;
  /** The backups' own folder: configuration, repository, locks, markers. Belongs to who runs the database. */
  folder: string;
  /** PostgreSQL's data. */
  data: string;
  port: number;
  /** Where the server's Unix socket is: the way in for its superuser, who has no password. */
  socketFolder: string;
  /** The application's database. */
  database: string;
  /** Who runs the database, where that isn't the present user. */
  user?: { uid: number; gid: number };
}

/** A Unix socket's path has 107 characters, of which PostgreSQL's file name takes up to 20. */
const LONGEST_FOLDER = 85;

export function storeOf({ ledger, programs, plan }: Pick<Room, "ledger" | "programs" | "plan">): Store {
  const { database } = ledger.state;
  const user = databaseUser();
  return {
    pgbackrest: programs.pgbackrest,
    folder: backupFolder(ledger.place.folder, database),
    data: join(database.folder, "data"),
    port: database.port,
    socketFolder: socketFolder(database),
    database: plan.database.name,
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
  };
}

/** In the stack's folder; beside the data where the database's user can't reach that (see postgres-user.ts). */
function backupFolder(stackFolder: string, { folder }: State["database"]): string {
  return join(folder.startsWith(stackFolder) ? stackFolder : folder, "backups");
}

export function socketFolder({ folder }: Pick<State["database"], "folder">): string {
  if (folder.length <= LONGEST_FOLDER) return join(folder, "socket");
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(tmpdir(), `rollout-postgres-${process.getuid?.() ?? 0}-${digest}`);
}

/** A folder that only the database's user may enter. */
export function makePrivateFolder(folder: string, user: Store["user"]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}
