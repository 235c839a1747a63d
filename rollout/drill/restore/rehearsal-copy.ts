import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { first, given } from "../../../infra/sure.ts";
import { stackSettings } from "../../config/settings.ts";
import { pgbackrest } from "../../platforms/rehearsal/backups/repository.ts";
import { type Store, storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../platforms/rehearsal/backups/superuser.ts";
import { makePrivateFolder } from "../../platforms/rehearsal/machine/disk/owned.ts";
import { RehearsalError } from "../../platforms/rehearsal/machine/errors.ts";
import { freePorts } from "../../platforms/rehearsal/machine/ports.ts";
import { canReach, databaseUser } from "../../platforms/rehearsal/machine/postgres-user.ts";
import { start, untilReady } from "../../platforms/rehearsal/machine/processes.ts";
import { Ledger, type Place, type ServerRecord } from "../../platforms/rehearsal/machine/state.ts";
import { inStopOrder, stop, stopAll } from "../../platforms/rehearsal/machine/stopping.ts";
import type { TrackPlan } from "../../platforms/rehearsal/plan/describe.ts";
import { changeDatabase } from "../../platforms/rehearsal/rollout/migrating.ts";
import { ownVersions } from "../../platforms/rehearsal/rollout/platform.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import { ensureServer, newServer, removeServer } from "../../platforms/rehearsal/servers/server.ts";
import { ensureStorage, lendStorage } from "../../platforms/rehearsal/storage/ensure.ts";
import { ensureRedis } from "../../platforms/rehearsal/stores/redis.ts";
import { copyPlace, removeCopy } from "../../platforms/rehearsal/verbs/copy-place.ts";
import type { Door } from "../../smoke/client.ts";
import { runSmoke, type SmokeResult } from "../../smoke/run.ts";
import { versionsOf } from "../../smoke/versions.ts";
import { until } from "../../waiting.ts";

const POSTGRES = "postgres";
/** A recovery replays up to hours of log. */
const RECOVERY_MS = 30 * 60_000;

/** A server on the copy, and the way to it. */
export interface OnCopy {
  track: string;
  server: ServerRecord;
  door: Door;
}

/** Where a recovery ends. */
export type RecoveryTarget = { name: string } | { time: number };

/** A second database server beside the live one, made from a backup, and an application server that uses it. */
export class Copy {
  readonly store: Store;
  readonly #room: Room;
  readonly #place: Place;
  readonly #live: Store;

  /** @param place the live stack's */
  private constructor(room: Room, place: Place, live: Store) {
    this.#room = room;
    this.#place = place;
    this.#live = live;
    // The backups stay the live server's: the copy reads them, and archives nothing.
    this.store = { ...storeOf(room), folder: live.folder };
  }

  static async make(room: Room): Promise<Copy> {
    const { ledger } = room;
    await removeCopy(ledger.place);
    const place = copyPlace(ledger.place);
    const [database, cache] = (await freePorts(2)) as [number, number];
    // Others may pass through: see prepare.ts.
    mkdirSync(place.folder, { recursive: true, mode: 0o711 });
    const { outside } = ledger.state;
    const within = canReach(place.folder, databaseUser());
    const folder = within
      ? join(place.folder, "postgres")
      : join(given(outside, "folder outside of the stack's"), "restored");
    const own = Ledger.create(place, {
      ...ledger.state,
      database: { port: database, folder },
      // It is the live stack's, and stays.
      outside: undefined,
      ...(ledger.state.cache && { cache: { port: cache } }),
      storage: undefined,
      servers: [],
      numbered: {},
      processes: {},
    });
    const say = (line: string) => room.say(`copy: ${line}`);
    const made = { ...room, ledger: own, say };
    if (room.plan.storage) lendStorage(room, made);
    return new Copy(made, ledger.place, storeOf(room));
  }

  /** @param label the backup's */
  async restore(label: string): Promise<void> {
    const { data, user, socketFolder: socket } = this.store;
    for (const folder of [dirname(data), data, socket]) makePrivateFolder(folder, user);
    const options = [`--set=${label}`, `--pg1-path=${data}`, "--type=default", "--archive-mode=off"];
    await pgbackrest(this.#live, ["restore", ...options], this.#room.signal);
  }

  /**
   * Starts the server, which replays the log up to the target.
   *
   * @param action `pause`: it can be read but not written; `promote`: it is a server like any other
   */
  async recover(target: RecoveryTarget, action: "pause" | "promote"): Promise<void> {
    const { ledger, programs, signal } = this.#room;
    const { data, port, socketFolder: socket, user } = this.store;
    const aim =
      "name" in target
        ? { recovery_target_name: target.name }
        : // Before its time zones are loaded PostgreSQL takes an offset, not a name such as Z.
          { recovery_target_time: new Date(target.time).toISOString().replace("Z", "+00") };
    const settings = {
      port,
      archive_mode: "off",
      unix_socket_directories: socket,
      ...aim,
      // The log of the backup's own database: after a restore there are others in the archive.
      recovery_target_timeline: "current",
      recovery_target_action: action,
    };
    await stop(ledger, POSTGRES);
    const started = start(ledger, {
      key: POSTGRES,
      command: [
        programs.postgres,
        "-D",
        data,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      cwd: dirname(data),
      env: { LC_ALL: "C", TZ: "UTC" },
      stopSignal: "SIGINT",
      ...(user && { user }),
    });
    const there = action === "pause" ? () => this.#isPaused() : () => this.#isPromoted();
    await untilReady(started, there, { signal, deadlineMs: RECOVERY_MS });
  }

  /** Ends the pause: from now on it is a server like any other. */
  async promote(): Promise<void> {
    await asSuperuser(this.store, (client) => client.query("SELECT pg_wal_replay_resume()"));
    if (!(await until({ everyMs: 20, withinMs: RECOVERY_MS }, () => this.#isPromoted())))
      throw new RehearsalError("the copy doesn't end its recovery");
  }

  /** When the newest transaction that it has was committed; undefined when the log held none. */
  async newestCommit(): Promise<number | undefined> {
    const { rows } = await asSuperuser(this.store, (client) =>
      client.query("SELECT extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000 AS at"),
    );
    return rows[0].at === null ? undefined : Number(rows[0].at);
  }

  /** Starts a server of a track on the copy, with a cache of its own, and asks it what a new version is asked. */
  async smokeTest(track: string): Promise<SmokeResult> {
    return this.smoke(await this.serve(track));
  }

  /** Starts a server of a track on the copy, with a cache of the copy's own, and files as the stack has them now. There is no balancer: its own port is its address. */
  async serve(track: string): Promise<OnCopy> {
    const room = this.#room;
    const plan = this.#planOf(track);
    await Promise.all([ensureRedis(room), ensureStorage(room)]);
    const server = await newServer(room, plan);
    await ensureServer(room, plan, server);
    const ca = readFileSync(room.certificates.caFile, "utf8");
    const at = { host: "127.0.0.1", port: server.port };
    return { track: plan.name, server, door: { url: `https://${room.ledger.state.domain}`, at, ca } };
  }

  smoke({ door, track }: OnCopy): Promise<SmokeResult> {
    const { graph, projectDir, plan, ledger } = this.#room;
    const tests = stackSettings(projectDir, plan.stack).smoke;
    return runSmoke({
      door,
      tests,
      track,
      versions: { ...versionsOf(graph), ...ownVersions(graph, ledger) },
    });
  }

  async leave({ server }: OnCopy): Promise<void> {
    await removeServer(this.#room, server);
  }

  /** Runs a track's migration on the copy, as a rollout does. @throws {RehearsalError} with the end of its log when it fails */
  async migrate(track: string, signal?: AbortSignal): Promise<void> {
    await changeDatabase(this.#room, this.#planOf(track), "migrate", signal);
  }

  #planOf(track: string): TrackPlan {
    return this.#room.plan.tracks.find(({ name }) => name === track) ?? first(this.#room.plan.tracks);
  }

  /**
   * Stops the server and reads every page.
   *
   * @returns pages read and how many of them are damaged; undefined when the database has no checksums
   */
  async checksums(): Promise<{ pages: number; damaged: number } | undefined> {
    const { programs } = this.#room;
    await this.halt();
    const program = join(dirname(programs.postgres), "pg_checksums");
    const options = {
      env: { LC_ALL: "C" },
      maxBuffer: 64 << 20,
      cwd: dirname(this.store.data),
      ...this.store.user,
    };
    const said = await promisify(execFile)(program, ["--check", "-D", this.store.data], options).catch(
      (error) => error,
    );
    const text = `${said.stdout}${said.stderr}`;
    if (/checksums are not enabled/.test(text)) return undefined;
    const [, pages] = /Blocks scanned: +(\d+)/.exec(text) ?? [];
    const [, damaged] = /Bad checksums: +(\d+)/.exec(text) ?? [];
    if (!pages || !damaged) throw new RehearsalError(`pg_checksums: ${text.trim() || said.message}`);
    return { pages: Number(pages), damaged: Number(damaged) };
  }

  /** Stops all that runs of it, the database in good order; its files stay. */
  async halt(): Promise<void> {
    const { ledger } = this.#room;
    for (const keys of inStopOrder(Object.keys(ledger.state.processes))) await stopAll(ledger, keys);
  }

  remove(): Promise<void> {
    return removeCopy(this.#place);
  }

  #isPaused(): Promise<boolean> {
    return this.#says("pg_get_wal_replay_pause_state() = 'paused'");
  }

  #isPromoted(): Promise<boolean> {
    return this.#says("NOT pg_is_in_recovery()");
  }

  async #says(condition: string): Promise<boolean> {
    const { rows } = await asSuperuser(this.store, (client) => client.query(`SELECT ${condition} AS so`));
    return rows[0].so === true;
  }
}
