import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import type { Store } from "../platforms/rehearsal/backups/store.ts";
import { RehearsalError } from "../platforms/rehearsal/machine/errors.ts";

/** The number of the next transaction of a database that doesn't run (`pg_controldata`), with its epoch. */
export function controlXid(postgres: string, folder: string, { user }: Pick<Store, "user">): string {
  const program = join(dirname(postgres), "pg_controldata");
  const said = execFileSync(program, [join(folder, "data")], {
    env: { LC_ALL: "C" },
    cwd: folder,
    encoding: "utf8",
    ...user,
  });
  const [, epoch, xid] = /NextXID: +(\d+):(\d+)/.exec(said) ?? [];
  if (!epoch || !xid) throw new RehearsalError(`${folder} is no database that can be started`);
  return String(BigInt(epoch) * 2n ** 32n + BigInt(xid));
}
