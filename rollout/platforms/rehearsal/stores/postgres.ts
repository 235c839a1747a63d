import { existsSync, readFileSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { given } from "../../../../infra/sure.ts";
import { retried } from "../../../waiting.ts";
import { archiveSettings, configFile, writeConfig } from "../backups/config.ts";
import { createStanza } from "../backups/repository.ts";
import { socketFolder, storeOf } from "../backups/store.ts";
import { asSuperuser } from "../backups/superuser.ts";
import { makePrivateFolder, writeOwned } from "../machine/disk/owned.ts";
import { findPostgres, type Programs } from "../machine/find.ts";
import { databaseUser, type SystemUser } from "../machine/postgres-user.ts";
import { isRunning, run, start, untilReady } from "../machine/processes.ts";
import type { State } from "../machine/state.ts";
import { stop } from "../machine/stopping.ts";
import type { Room } from "../room.ts";
import { dataMajor, isLoadable, knownParameters, majorOf } from "./postgres-knows.ts";
import { postgresTls } from "./tls-profile.ts";

const KEY = "postgres";
/** A server of another major beside the live one (rollout/upgrade-database). */
const BESIDE = "postgres-beside";
const INITDB = "initdb";
const INIT = "postgres-init";
const LEFTOVERS_MS = 10_000;

/** A database server of the stack: the live one, or the one beside it. */
interface Seat {
  key: string;
  database: State["database"] | NonNullable<State["database"]["beside"]>;
  programs: Pick<Programs, "postgres" | "initdb">;
  isLive: boolean;
}

/**
 * Starts the database unless it runs: PostgreSQL with TLS, the stack's role and database, its parameters.
 * A database that was stopped is started again with its data, by the server that made it.
 */
export async function ensurePostgres(room: Room): Promise<void> {
  const { ledger, plan, programs } = room;
  const { database } = ledger.state;
  if (isRunning(ledger.state.processes[KEY])) return;
  const made = dataMajor(database.folder);
  const own = made === undefined || made === majorOf(programs.postgres) ? programs : findPostgres(made);
  const seat = { key: KEY, database, programs: own, isLive: true };
  await ensureSeat(room, seat);
  await keepArchiveTimeout(room);
  room.say(`database: ${plan.database.name} on 127.0.0.1:${database.port}, TLS only`);
}

/**
 * Starts the server beside the live one. It archives nothing, and is made with the stack's role and database where there is nothing yet.
 *
 * @param programs of its major version
 */
export async function ensureBeside(room: Room, programs: Seat["programs"]): Promise<void> {
  const beside = given(room.ledger.state.database.beside, "server beside the live one");
  await ensureSeat(room, { key: BESIDE, database: beside, programs, isLive: false });
}

/** Stops the database, or the one beside it, in good order; its data stays. */
export async function stopPostgres(
  { ledger }: Room,
  which: "live" | "beside",
  withinMs?: number,
): Promise<void> {
  await stop(ledger, which === "live" ? KEY : BESIDE, withinMs);
}

async function ensureSeat(room: Room, seat: Seat): Promise<void> {
  const { key, database, isLive } = seat;
  if (isRunning(room.ledger.state.processes[key])) return;
  const user = databaseUser();
  const data = join(database.folder, "data");
  if (!existsSync(join(data, "rehearsal-ready"))) await create(room, seat, user);
  if (isLive) await prepareBackups(room);
  else makePrivateFolder(socketFolder(database), user);
  writeSettings(room, seat, user);
  await launch(room, seat, user);
}

/**
 * Starts the server, and tries again for a while: one that was killed leaves processes behind that hold its memory
 * until they notice, and the next one refuses to start before they are gone.
 */
async function launch(room: Room, seat: Seat, user: SystemUser | undefined): Promise<void> {
  const { folder } = seat.database;
  const hasLeftovers = (error: unknown) => /pre-existing shared memory/.test(String(error));
  await retried({ everyMs: 200, withinMs: LEFTOVERS_MS, signal: room.signal }, hasLeftovers, () => {
    const started = start(room.ledger, {
      key: seat.key,
      command: [seat.programs.postgres, "-D", join(folder, "data")],
      cwd: folder,
      env: { LC_ALL: "C", TZ: "UTC" },
      // A fast shutdown: open transactions are rolled back and clients sent away (PostgreSQL, "Shutting Down the Server").
      stopSignal: "SIGINT",
      ...asUser(user),
    });
    const ready = seat.isLive ? () => answers(room) : () => answersWithin(room, seat);
    return untilReady(started, ready, { signal: room.signal });
  });
}

/**
 * Makes sure that a WAL segment ends in time. The checkpointer, which does that, doesn't count the time of a
 * recovery, and then sleeps on for up to `checkpoint_timeout`, five minutes: a crash would cost that much. A reload
 * wakes it.
 */
async function keepArchiveTimeout(room: Room): Promise<void> {
  await asSuperuser(storeOf(room), (client) => client.query("SELECT pg_reload_conf()"));
}

/** Before the server starts: it archives from its first moment on. */
async function prepareBackups(room: Room): Promise<void> {
  const store = storeOf(room);
  makePrivateFolder(store.socketFolder, store.user);
  const isNew = !existsSync(configFile(store));
  writeConfig(store);
  if (isNew) await createStanza(store);
}

/** The role isn't a superuser, as on RDS; it may make roles and databases. */
async function create(room: Room, seat: Seat, user: SystemUser | undefined): Promise<void> {
  const { ledger, plan } = room;
  const { programs, isLive } = seat;
  const data = join(seat.database.folder, "data");
  const { name, username, password, major } = plan.database;
  const here = majorOf(programs.postgres);
  if (isLive && here !== major) room.say(`database: PostgreSQL ${here} stands in for the stack's ${major}`);
  const common = { cwd: dirname(data), ...asUser(user) };
  // What a crash left half made is made anew.
  await Promise.all([stop(ledger, INITDB), stop(ledger, INIT)]);
  rmSync(data, { recursive: true, force: true });
  makePrivateFolder(dirname(data), user);
  // What is lost if the machine dies now is made again: only this step goes without fsync.
  const options = ["--username=postgres", "--encoding=UTF8", "--no-locale", "--auth=reject", "--no-sync"];
  // As RDS has them: a page that rotted on disk is found when it is read, and by every backup.
  options.push("--data-checksums");
  await run(ledger, { key: INITDB, command: [programs.initdb, "-D", data, ...options], ...common });
  // The single-user mode needs no open door: no connection by network without TLS and password is ever possible.
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
  writeOwned(join(data, "rehearsal-ready"), "", user);
}

function writeSettings(room: Room, seat: Seat, user?: SystemUser) {
  const { plan, certificates, say } = room;
  const { programs, isLive } = seat;
  const { database } = plan;
  const data = join(seat.database.folder, "data");
  const known = knownParameters(programs.postgres);
  const usable = Object.entries(database.parameters).filter(
    ([name, value]) => known.has(name) && isLoadable(programs.postgres, name, value),
  );
  const skipped = Object.keys(database.parameters).filter((name) => !usable.some(([used]) => used === name));
  const leftOut = [...database.leftOut, ...skipped];
  if (isLive && leftOut.length > 0) say(`database: not played here: ${leftOut.join(", ")}`);

  writeOwned(join(data, "server.pem"), readFileSync(certificates.certFile, "utf8"), user);
  writeOwned(join(data, "server-key.pem"), readFileSync(certificates.keyFile, "utf8"), user);
  const settings = {
    ...postgresTls(Number(database.major)),
    ...Object.fromEntries(usable),
    ...(isLive ? archiveSettings(storeOf(room)) : { archive_mode: "off" }),
    listen_addresses: "127.0.0.1",
    port: String(seat.database.port),
    // The superuser's way in, for backups; it has no password and can't come by the network.
    unix_socket_directories: socketFolder(seat.database),
    ssl: "on",
    ssl_cert_file: "server.pem",
    ssl_key_file: "server-key.pem",
    password_encryption: "scram-sha-256",
    logging_collector: "off",
    log_destination: "stderr",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`);
  writeOwned(join(data, "postgresql.conf"), `${lines.join("\n")}\n`, user);
  const kind = database.forceTls ? "hostssl" : "host";
  const doors = ["local all postgres peer map=rehearsal", `${kind} all all 127.0.0.1/32 scram-sha-256`];
  writeOwned(join(data, "pg_hba.conf"), doors.map((line) => `${line}\n`).join(""), user);
  // Who runs the database and who runs the rehearsal may come as the superuser: either can read its files anyway.
  const names = new Set([userInfo().username, ...(user ? [user.name] : [])]);
  writeOwned(
    join(data, "pg_ident.conf"),
    [...names].map((name) => `rehearsal "${name}" postgres\n`).join(""),
    user,
  );
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

/** The application has no way in to the one beside: its database takes no connection but the superuser's. */
async function answersWithin(room: Room, { database }: Seat): Promise<boolean> {
  const at = { port: database.port, socketFolder: socketFolder(database), database: room.plan.database.name };
  await asSuperuser(at, (client) => client.query("SELECT 1"));
  return true;
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
