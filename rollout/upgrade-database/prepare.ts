import { rmSync } from "node:fs";
import { join } from "node:path";
import { given } from "../../infra/sure.ts";
import { UserError } from "../errors.ts";
import { besideOf, storeOf } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { canBackUp } from "../platforms/rehearsal/backups/versions.ts";
import { findPostgres } from "../platforms/rehearsal/machine/find.ts";
import { freePort } from "../platforms/rehearsal/machine/ports.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { ensureBeside, stopPostgres } from "../platforms/rehearsal/stores/postgres.ts";
import { dataMajor } from "../platforms/rehearsal/stores/postgres-knows.ts";
import { nextFolder } from "../restore/files.ts";
import { until } from "../waiting.ts";
import { connectionLimit, setConnectionLimit } from "./closing.ts";
import { copySchema } from "./dump.ts";
import { judgePreconditions, readFacts } from "./preconditions.ts";
import { endSampling } from "./reads/sample.ts";
import { type UpgradeRecord, upgradeFile } from "./record.ts";
import { follow, publish, tablesToCopy, unfollow, unpublish } from "./replication.ts";

const COPY_MS = 24 * 3600_000;

/**
 * Before anything is touched.
 *
 * @param major the version to go to
 * @throws {UserError} that names all that is in the way
 */
export async function begin(room: Room, major: string): Promise<UpgradeRecord> {
  const { ledger } = room;
  const { folder, lives } = ledger.state.database;
  const here = given(dataMajor(folder), "version of the live database");
  if (Number(major) <= Number(here))
    throw new UserError(`the database is PostgreSQL ${here} already: --to takes a later version`);
  findPostgres(major);
  const facts = await asSuperuser(storeOf(room), (client) => readFacts(client));
  refuse(judgePreconditions(facts).refusals);
  const limit = await asSuperuser(storeOf(room), connectionLimit);
  const record: UpgradeRecord = {
    ...{ version: 1, stage: "copying", connectionLimit: limit },
    old: { folder, major: here },
    new: { folder: nextFolder(folder, lives), major },
  };
  upgradeFile(ledger.place).write(record);
  return record;
}

function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  const list = refusals.map((line) => `\n  ${line}`).join("");
  throw new UserError(
    `the database can't be replicated as it is:${list}\nThe other way is in place, with an outage: docs/upgrade-database.md`,
  );
}

/**
 * Makes the new server beside the live one, gives it roles and schema, and lets it copy all rows and follow. After a kill it begins anew:
 * a half copy is worth nothing.
 *
 * @throws {UserError} for what can be seen only now
 */
export async function copy(room: Room, record: UpgradeRecord): Promise<void> {
  const { ledger, say } = room;
  await removeBeside(room, record);
  const [port, programs] = [await freePort(), findPostgres(record.new.major)];
  ledger.change(({ database }) => {
    database.beside = { port, folder: record.new.folder };
  });
  say(`PostgreSQL ${record.new.major}: a new server beside the live one, ${record.old.major}`);
  await ensureBeside(room, programs);
  const [live, next] = [storeOf(room), besideOf(room)];
  await canBackUp(live, join(record.new.folder, "data"), record.new.major);
  const facts = await asSuperuser(live, (client) => asSuperuser(next, (other) => readFacts(client, other)));
  const { refusals, notes } = judgePreconditions(facts);
  refuse(refusals);
  for (const note of notes) say(note);
  await copySchema(live, next, [programs.postgres, findPostgres(record.old.major).postgres]);
  await asSuperuser(next, (client) => setConnectionLimit(client, 0));
  await asSuperuser(live, publish);
  await asSuperuser(next, (follower) => follow(follower, live, { rows: true }));
  await copied(room);
  // Without these it plans blindly: neither is in what is replicated.
  await asSuperuser(next, async (client) => {
    await refreshViews(client);
    await client.query("ANALYZE");
  });
  record.stage = "following";
  upgradeFile(ledger.place).write(record);
}

async function copied(room: Room): Promise<void> {
  let told = -1;
  const all = async () => {
    const left = await asSuperuser(besideOf(room), tablesToCopy);
    if (left !== told && left > 0) room.say(`${left} tables are still to be copied`);
    told = left;
    return left === 0;
  };
  if (!(await until({ everyMs: [50, 1000], withinMs: COPY_MS, signal: room.signal }, all)))
    throw new UserError("the rows aren't copied after a day");
}

/** A materialized view comes without its rows. */
async function refreshViews(client: Parameters<Parameters<typeof asSuperuser>[1]>[0]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'm' AND nspname !~ '^pg_' ORDER BY c.oid`,
  );
  for (const { name } of rows) await client.query(`REFRESH MATERIALIZED VIEW ${name}`);
}

/** Before the two changed places, or after they changed back: the live one is as before, and nothing follows it. */
export async function undo(room: Room, record: UpgradeRecord): Promise<void> {
  const live = storeOf(room);
  await endSampling(live);
  await removeBeside(room, record);
  await asSuperuser(live, (client) => setConnectionLimit(client, record.connectionLimit));
  upgradeFile(room.ledger.place).remove();
}

/** The server that isn't live is gone, with its files, and the live one keeps nothing for it. */
export async function removeBeside(room: Room, record: UpgradeRecord): Promise<void> {
  const { ledger } = room;
  const { database } = ledger.state;
  await stopPostgres(room, "beside");
  const { folder } = database.folder === record.new.folder ? record.old : record.new;
  rmSync(folder, { recursive: true, force: true });
  ledger.change((state) => {
    delete state.database.beside;
  });
  await asSuperuser(storeOf(room), async (client) => {
    await unfollow(client);
    await unpublish(client);
  });
}
