import { ensureAlarms } from "../alarms/ensure.ts";
import { ensureBackups } from "../backups/ensure.ts";
import { ensureBalancer } from "../balancer/balancing.ts";
import { ensureController } from "../controller/ensure.ts";
import { ensureDependencies } from "../dependencies/ensure.ts";
import { ensureFlags } from "../flags/ensure.ts";
import { ensureJobs } from "../jobs/ensure.ts";
import { RehearsalError } from "../machine/errors.ts";
import { locked } from "../machine/lock.ts";
import { inStopOrder, stopAll } from "../machine/stopping.ts";
import { storesVersion } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { ensureServer, newServer, serversOf } from "../servers/server.ts";
import { ensureStorage } from "../storage/ensure.ts";
import { ensurePostgres } from "../stores/postgres.ts";
import { ensureRedis } from "../stores/redis.ts";
import { converge } from "./converge.ts";
import { placeIn, type UpOptions } from "./options.ts";
import { prepareUp } from "./prepare.ts";
import { removeState } from "./remove-state.ts";
import { type Status, statusOf } from "./status.ts";
import { servable } from "./unmigrated.ts";

/**
 * Brings a stack up, or what is missing of it: data stores, servers, balancer, and waits until all are healthy.
 * When a step fails, all that this call started is stopped again.
 *
 * @throws {RehearsalError} that says what failed, with the last lines of its log
 */
export async function up(options: UpOptions): Promise<Status> {
  const place = placeIn(options);
  return locked(place, async () => {
    const room = await prepareUp(options, place);
    const before = new Set(Object.keys(room.ledger.state.processes));
    try {
      await ensureStores(room);
      await ensureFlags(room);
      await ensureDependencies(room);
      await ensureStorage(room);
      await ensureServers(room, options.needed);
      await ensureBalancer(room);
      await converge(room);
      await ensureAlarms(room);
      ensureBackups(room);
      await ensureJobs(room);
      await ensureController(room);
    } catch (error) {
      await undo(room, before);
      throw options.signal?.aborted ? interrupted(error) : error;
    }
    return statusOf(room.ledger, Promise.resolve(room.plan.weights));
  });
}

async function ensureStores(room: Room): Promise<void> {
  await Promise.all([ensurePostgres(room), ensureRedis(room)]);
  room.ledger.change((state) => {
    state.stores ??= storesVersion(room.plan);
  });
}

/** A track's first servers, all at once. Servers that are there already are started again if they don't run. */
async function ensureServers(room: Room, needed?: string): Promise<void> {
  const { state } = room.ledger;
  const starting: Promise<void>[] = [];
  for (const track of await servable(room, needed)) {
    const servers = serversOf(state, track.name);
    if (servers.length === 0) {
      for (let count = 0; count < track.servers; count += 1) servers.push(await newServer(room, track));
    }
    starting.push(...servers.map((server) => ensureServer(room, track, server)));
  }
  await Promise.all(starting);
}

function interrupted(cause: unknown): RehearsalError {
  return new RehearsalError("Interrupted: all that was started is stopped.", { cause });
}

async function undo(room: Room, before: Set<string>): Promise<void> {
  const { ledger } = room;
  const mine = Object.keys(ledger.state.processes).filter((key) => !before.has(key));
  for (const keys of inStopOrder(mine)) await stopAll(ledger, keys);
  if (before.size === 0) removeState(ledger);
}
