import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { RehearsalError } from "../errors.ts";
import { writeAtomically } from "../files.ts";
import type { Room } from "../room.ts";

const run = promisify(execFile);
const DEADLINE_MS = 10 * 60_000;

/**
 * Dumps the stack's database (pg_dump's custom format) to `backups/<name>.dump`, its SHA-256 beside it as `sha256sum`
 * writes it. A backup of this name that is there whole is the same backup: a rollout that is started again makes no second.
 *
 * @param name letters, digits, hyphens and dots
 * @throws {RehearsalError} when pg_dump fails, or pg_restore can't read what it wrote
 */
export async function backUp(
  room: Pick<Room, "ledger" | "plan" | "programs" | "certificates">,
  name: string,
): Promise<{ id: string }> {
  if (!/^[\w.-]+$/.test(name)) throw new RehearsalError(`not a name for a backup: ${name}`);
  const folder = join(room.ledger.place.folder, "backups");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.dump`);
  const checksumFile = `${file}.sha256`;
  const id = `backups/${name}.dump`;
  if (await isWhole(file, checksumFile)) return { id };

  const draft = `${file}.draft`;
  const programs = dirname(room.programs.postgres);
  await program(join(programs, "pg_dump"), ["--format=custom", `--file=${draft}`], environmentOf(room));
  await program(join(programs, "pg_restore"), ["--list", draft], {});
  await toDisk(draft);
  const checksum = await sha256Of(draft);
  renameSync(draft, file);
  // Last: only with it the backup is whole.
  writeAtomically(checksumFile, `${checksum}  ${name}.dump\n`, 0o600);
  return { id };
}

/** As libpq reads it: no password in the list of processes. */
function environmentOf({ ledger, plan, certificates }: Pick<Room, "ledger" | "plan" | "certificates">) {
  return {
    PGHOST: "127.0.0.1",
    PGPORT: String(ledger.state.database.port),
    PGDATABASE: plan.database.name,
    PGUSER: plan.database.username,
    PGPASSWORD: plan.database.password,
    PGSSLMODE: "verify-ca",
    PGSSLROOTCERT: certificates.caFile,
  };
}

async function program(file: string, args: string[], environment: Record<string, string>): Promise<void> {
  const env = { PATH: process.env.PATH, LC_ALL: "C", ...environment };
  const options = { env, timeout: DEADLINE_MS, maxBuffer: 64 << 20 };
  await run(file, args, options).catch((error: { stderr?: string; message: string }) => {
    throw new RehearsalError(`${file} failed: ${error.stderr?.trim() || error.message}`);
  });
}

async function isWhole(file: string, checksumFile: string): Promise<boolean> {
  if (!existsSync(file) || !existsSync(checksumFile)) return false;
  return readFileSync(checksumFile, "utf8").startsWith(`${await sha256Of(file)} `);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function toDisk(file: string): Promise<void> {
  const handle = await open(file, "r");
  await handle.sync().finally(() => handle.close());
}
