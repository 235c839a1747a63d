import { dirname, join } from "node:path";
import { given } from "../../../../infra/sure.ts";
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

/** What a superuser needs to come in. */
export type Reached = Pick<Store, "socketFolder" | "port" | "database">;

export function storeOf({ ledger, programs, plan }: Pick<Room, "ledger" | "programs" | "plan">): Store {
  const { database } = ledger.state;
  const user = databaseUser();
  return {
    pgbackrest: programs.pgbackrest,
    folder: backupFolder(ledger),
    data: join(database.folder, "data"),
    port: database.port,
    socketFolder: socketFolder(database),
    database: plan.database.name,
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
  };
}

/** The server beside the live one, for its superuser. */
export function besideOf({ ledger, plan }: Pick<Room, "ledger" | "plan">): Reached {
  const beside = given(ledger.state.database.beside, "server beside the live one");
  return { port: beside.port, socketFolder: socketFolder(beside), database: plan.database.name };
}

/** In the stack's folder, or outside where the database's user can't reach that (see prepare.ts): beside the data, whose folder changes. */
function backupFolder({ state }: Room["ledger"]): string {
  return join(dirname(state.database.folder), "backups");
}

export function socketFolder({ folder }: Pick<State["database"], "folder">): string {
  return join(folder, "socket");
}
