import { given } from "../../infra/sure.ts";
import { systemClock } from "../clock.ts";
import { ensureBackups } from "../platforms/rehearsal/backups/ensure.ts";
import { upgradeStanza } from "../platforms/rehearsal/backups/repository.ts";
import { besideOf, storeOf } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { messageOf, RehearsalError } from "../platforms/rehearsal/machine/errors.ts";
import { findPostgres } from "../platforms/rehearsal/machine/find.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { ensureBeside, ensurePostgres, stopPostgres } from "../platforms/rehearsal/stores/postgres.ts";
import { dataMajor } from "../platforms/rehearsal/stores/postgres-knows.ts";
import { firstBackup, healthy } from "../restore/switch.ts";
import { close, setConnectionLimit } from "./closing.ts";
import { type UpgradeRecord, upgradeFile } from "./record.ts";
import {
  copySequences,
  drained,
  follow,
  keepForFollower,
  setFollowing,
  unfollow,
  unpublish,
} from "./replication.ts";

/** Writers are gone by then: what is on its way takes moments. */
const DRAIN_MS = 30_000;
const SHUTDOWN_MS = 60_000;

/**
 * Lets the server that follows take the live one's place, at the same port, and the live one follow it from then on. Until the two have
 * changed places the live one is the truth, and each act can be done again; from then on it is the other. Begun anew after a kill, it
 * goes on from where it was.
 *
 * @returns seconds in which no application could write
 * @throws {RehearsalError} when it can't be done: the live one serves as before
 */
export async function changePlaces(room: Room, record: UpgradeRecord): Promise<number> {
  const { ledger } = room;
  const towards = given(record.towards, "direction");
  const next = record[towards];
  if (ledger.state.database.folder !== next.folder) await leave(room, record);
  try {
    await ensurePostgres(room);
  } catch (error) {
    await takeBack(room, record, error);
  }
  record.since ??= systemClock.now();
  const seconds = (record.since - (record.closed ?? record.since)) / 1000;
  upgradeFile(ledger.place).write(record);
  await turnReplication(room);
  await upgradeStanza(storeOf(room));
  ensureBackups(room);
  const well = await healthy(room, "rollout upgrade-database --back takes it back");
  record.stage = towards === "new" ? "switched" : "following";
  upgradeFile(ledger.place).write(record);
  await firstBackup(room, `postgres-${next.major}-${record.since}`);
  delete record.towards;
  delete record.since;
  delete record.closed;
  upgradeFile(ledger.place).write(record);
  if (!well) room.say("some of the application's servers aren't well");
  return seconds;
}

/** All that the live one has is in the other one, and nobody writes: the two change places in the stack's state. */
async function leave(room: Room, record: UpgradeRecord): Promise<void> {
  const [live, next] = [storeOf(room), besideOf(room)];
  await ensureBesideRuns(room);
  // What is on disk already needn't be waited for when they stop.
  await Promise.all([live, next].map((each) => asSuperuser(each, (client) => client.query("CHECKPOINT"))));
  await asSuperuser(live, (source) =>
    asSuperuser(next, async (follower) => {
      try {
        record.closed ??= systemClock.now();
        upgradeFile(room.ledger.place).write(record);
        if (!(await close(source))) throw new RehearsalError("the application's connections don't end");
        await setFollowing(follower, true);
        if (!(await drained(source, DRAIN_MS)))
          throw new RehearsalError(`the server beside it doesn't catch up within ${DRAIN_MS / 1000} s`);
        await copySequences(source, follower);
        await setFollowing(follower, false);
        await keepForFollower(follower);
        await setConnectionLimit(follower, record.connectionLimit);
      } catch (error) {
        delete record.closed;
        await setConnectionLimit(source, record.connectionLimit);
        await setConnectionLimit(follower, 0);
        await unpublish(follower);
        await setFollowing(follower, true);
        throw error;
      }
    }),
  );
  await Promise.all([stopPostgres(room, "live", SHUTDOWN_MS), stopPostgres(room, "beside", SHUTDOWN_MS)]);
  changeFolders(room);
}

function changeFolders({ ledger }: Room): void {
  ledger.change(({ database }) => {
    const beside = given(database.beside, "server beside the live one");
    [database.folder, beside.folder] = [beside.folder, database.folder];
    // A restored database's life is told by its log, and this is another's.
    delete database.lives;
  });
}

/** Nobody has written to the one that didn't start. */
async function takeBack(room: Room, record: UpgradeRecord, reason: unknown): Promise<never> {
  await stopPostgres(room, "live", SHUTDOWN_MS);
  // It was closed when it stopped: it is opened where no application comes in.
  await ensureBesideRuns(room);
  await asSuperuser(besideOf(room), (client) => setConnectionLimit(client, record.connectionLimit));
  await stopPostgres(room, "beside", SHUTDOWN_MS);
  changeFolders(room);
  await ensurePostgres(room);
  throw new RehearsalError(`it didn't start (${messageOf(reason)}): the database of before is live again`);
}

/** The one that is live now has kept what it wrote; the other one takes that from there. */
async function turnReplication(room: Room): Promise<void> {
  const [live, other] = [storeOf(room), besideOf(room)];
  await ensureBesideRuns(room);
  await asSuperuser(live, unfollow);
  await asSuperuser(other, async (follower) => {
    await unpublish(follower);
    await follow(follower, live, { rows: false });
    await setFollowing(follower, true);
  });
}

/** The server beside the live one, by the programs that made its data. */
export async function ensureBesideRuns(room: Room): Promise<void> {
  const { folder } = given(room.ledger.state.database.beside, "server beside the live one");
  await ensureBeside(room, findPostgres(given(dataMajor(folder), "version of its data")));
}
