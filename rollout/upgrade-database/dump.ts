import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type pg from "pg";
import type { Reached } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { RehearsalError } from "../platforms/rehearsal/machine/errors.ts";

/**
 * Gives the new server the roles and the schema of the live one, without a row. A role keeps its password, what it may do and whose
 * member it is; the schema has its owners, grants, views, functions, triggers and extensions.
 *
 * @param programs the `postgres` of the new server and of the live one: the newer pg_dump is asked (PostgreSQL, "pg_dump", Notes), and
 *   some packages have servers alone
 */
export async function copySchema(live: Reached, next: Reached, programs: readonly string[]): Promise<void> {
  const dump = (name: string, args: string[]) => run(toolOf(name, programs), [...reach(live), ...args]);
  const roles = await dump("pg_dumpall", ["--roles-only"]);
  const schema = await dump("pg_dump", [
    ...["--schema-only", "--create", "--no-publications", "--no-subscriptions"],
    ...[`--dbname=${live.database}`],
  ]);
  await asSuperuser(next, async (client) => {
    const known = await rolesOf(client);
    for (const statement of statementsOf(roles))
      if (!known.includes(createdRole(statement) ?? "")) await client.query(statement);
  });
  // In one go: it is there whole or not at all.
  await asSuperuser(next, (client) => client.query(withoutDatabase(schema)));
}

/** The role that a statement of pg_dumpall makes. */
export function createdRole(statement: string): string | undefined {
  const [, quoted, plain] = /^CREATE ROLE (?:"((?:[^"]|"")+)"|(\w+));$/.exec(statement) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain;
}

/** pg_dumpall writes each of its statements for roles on a line. */
export function statementsOf(dump: string): string[] {
  return dump.split("\n").filter((line) => /^(CREATE|ALTER|GRANT|COMMENT) /.test(line));
}

/** A dump without what is there already, and without psql's own commands. */
export function withoutDatabase(dump: string): string {
  const dropped = /^(\\.*|CREATE DATABASE .*;)$/;
  return dump
    .split("\n")
    .filter((line) => !dropped.test(line))
    .join("\n");
}

async function rolesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  return rows.map(({ name }) => name);
}

function reach({ socketFolder, port }: Reached): string[] {
  return [`--host=${socketFolder}`, `--port=${port}`, "--username=postgres", "--no-password"];
}

function toolOf(name: string, programs: readonly string[]): string {
  const found = programs.map((postgres) => join(dirname(postgres), name)).find((file) => existsSync(file));
  if (!found) throw new RehearsalError(`there is no ${name} beside ${programs.join(" or ")}`);
  return found;
}

async function run(program: string, args: string[]): Promise<string> {
  const options = { env: { PATH: process.env.PATH, LC_ALL: "C" }, cwd: "/", maxBuffer: 256 << 20 };
  const { stdout } = await promisify(execFile)(program, args, options).catch((error) => {
    throw new RehearsalError(`${program}: ${String(error.stderr || error.message).trim()}`);
  });
  return stdout;
}
