import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeIn } from "./files.ts";
import { isLoadable, knownParameters, majorOf } from "./postgres-knows.ts";
import { databaseUser, type SystemUser } from "./postgres-user.ts";
import { isRunning, run, start, untilReady } from "./processes.ts";
import type { Room } from "./room.ts";
import { stop } from "./stopping.ts";

const KEY = "postgres";
const INITDB = "initdb";
const INIT = "postgres-init";

/**
 * Starts the database unless it runs: PostgreSQL with TLS, the stack's role and database, its parameters.
 * A database that was stopped is started again with its data.
 */
export async function ensurePostgres(room: Room): Promise<void> {
  const { ledger, programs, plan } = room;
  if (isRunning(ledger.state.processes[KEY])) return;
  const user = databaseUser();
  const { folder } = ledger.state.database;
  const data = join(folder, "data");
  if (!existsSync(join(data, "rehearsal-ready"))) await create(room, data, user);
  writeSettings(room, data, user);
  const started = start(ledger, {
    key: KEY,
    command: [programs.postgres, "-D", data],
    cwd: folder,
    env: { LC_ALL: "C", TZ: "UTC" },
    // A fast shutdown: open transactions are rolled back and clients sent away (PostgreSQL, "Shutting Down the Server").
    stopSignal: "SIGINT",
    ...asUser(user),
  });
  await untilReady(started, () => answers(room), { signal: room.signal });
  room.say(`database: ${plan.database.name} on 127.0.0.1:${ledger.state.database.port}, TLS only`);
}

/** The role isn't a superuser, as on RDS; it may make roles and databases. */
async function create(room: Room, data: string, user: SystemUser | undefined): Promise<void> {
  const { ledger, programs, plan } = room;
  const { name, username, password, major } = plan.database;
  const here = majorOf(programs.postgres);
  if (here !== major) room.say(`database: PostgreSQL ${here} stands in for the stack's ${major}`);
  const common = { cwd: dirname(data), ...asUser(user) };
  // What a crash left half made is made anew.
  await Promise.all([stop(ledger, INITDB), stop(ledger, INIT)]);
  rmSync(data, { recursive: true, force: true });
  makeDatabaseFolder(dirname(data), user);
  // What is lost if the machine dies now is made again: only this step goes without fsync.
  const options = ["--username=postgres", "--encoding=UTF8", "--no-locale", "--auth=reject", "--no-sync"];
  await run(ledger, { key: INITDB, command: [programs.initdb, "-D", data, ...options], ...common });
  // The single-user mode needs no open door: no connection without TLS and password is ever possible.
  const statements = [
    `CREATE ROLE ${identifier(username)} LOGIN CREATEDB CREATEROLE PASSWORD ${literal(password)}`,
    `CREATE DATABASE ${identifier(name)} OWNER ${identifier(username)}`,
  ];
  await run(ledger, {
    key: INIT,
    command: [programs.postgres, "--single", "-j", "-D", data, "postgres"],
    input: statements.map((statement) => `${statement};\n\n`).join(""),
    ...common,
  });
  put(join(data, "rehearsal-ready"), "", user);
}

function writeSettings({ ledger, plan, programs, certificates, say }: Room, data: string, user?: SystemUser) {
  const { database } = plan;
  const known = knownParameters(programs.postgres);
  const usable = Object.entries(database.parameters).filter(
    ([name, value]) => known.has(name) && isLoadable(programs.postgres, name, value),
  );
  const skipped = Object.keys(database.parameters).filter((name) => !usable.some(([used]) => used === name));
  const leftOut = [...database.leftOut, ...skipped];
  if (leftOut.length > 0) say(`database: not played here: ${leftOut.join(", ")}`);

  put(join(data, "server.pem"), readFileSync(certificates.certFile, "utf8"), user);
  put(join(data, "server-key.pem"), readFileSync(certificates.keyFile, "utf8"), user);
  const settings = {
    ...Object.fromEntries(usable),
    listen_addresses: "127.0.0.1",
    port: String(ledger.state.database.port),
    unix_socket_directories: "",
    ssl: "on",
    ssl_cert_file: "server.pem",
    ssl_key_file: "server-key.pem",
    ssl_min_protocol_version: "TLSv1.2",
    password_encryption: "scram-sha-256",
    logging_collector: "off",
    log_destination: "stderr",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  put(join(data, "postgresql.conf"), `${lines.join("\n")}\n`, user);
  const kind = database.forceTls ? "hostssl" : "host";
  put(join(data, "pg_hba.conf"), `${kind} all all 127.0.0.1/32 scram-sha-256\n`, user);
}

/** Ready is when the application could use it: its role, password, database and TLS. */
async function answers({ plan, ledger, certificates }: Room): Promise<boolean> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    host: "127.0.0.1",
    port: ledger.state.database.port,
    user: plan.database.username,
    password: plan.database.password,
    database: plan.database.name,
    ssl: { ca: readFileSync(certificates.caFile, "utf8") },
    connectionTimeoutMillis: 2_000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select ssl, version() from pg_stat_ssl where pid = pg_backend_pid()",
    );
    return rows[0]?.ssl === true;
  } finally {
    await client.end().catch(() => {});
  }
}

function put(file: string, text: string, user: SystemUser | undefined): void {
  writeIn(file, text, 0o600);
  chmodSync(file, 0o600);
  if (user) chownSync(file, user.uid, user.gid);
}

/** Makes the folder of the data, owned by who will run the database. */
function makeDatabaseFolder(folder: string, user: SystemUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}

function asUser(user: SystemUser | undefined) {
  return user ? { user: { uid: user.uid, gid: user.gid } } : {};
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
