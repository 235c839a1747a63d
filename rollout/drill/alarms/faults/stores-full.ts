import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { maxConnections, memoryGiB } from "../../../../infra/settings/sizes/instance-class.ts";
import { given } from "../../../../infra/sure.ts";
import { writeOwned } from "../../../platforms/rehearsal/machine/disk/owned.ts";
import { databaseUser } from "../../../platforms/rehearsal/machine/postgres-user.ts";
import { stop } from "../../../platforms/rehearsal/machine/stopping.ts";
import { cacheClient } from "../../../platforms/rehearsal/metrics/cache.ts";
import { databaseClient } from "../../../platforms/rehearsal/metrics/database.ts";
import { databaseIn } from "../../../platforms/rehearsal/plan/database-in.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

const held: Client[] = [];
const hungry: Client[] = [];

/** Each is a process. */
const MOST_CONNECTIONS = 400;

/** PostgreSQL's own limit here is below RDS's for the class: it gets RDS's first. */
export const connectionsFull: Fault = {
  name: "somebody opens connections and keeps them",
  moves: ["AWS/RDS DatabaseConnections"],
  impossible: (stage) => {
    const limit = maxConnections(classOf(stage));
    return limit > MOST_CONNECTIONS ? `${limit} connections are too many for one machine` : undefined;
  },
  inject: async (stage) => {
    const limit = maxConnections(classOf(stage));
    await restartDatabase(stage, limit);
    // Some places are left: a full database answers nobody, and other faults want to get in.
    await hold(stage, Math.floor(limit * 0.9));
  },
  mend: async (stage) => {
    await Promise.all(held.splice(0).map((client) => client.end().catch(() => {})));
    await restartDatabase(stage, undefined);
  },
};

/** PostgreSQL keeps a variable of a running block in memory, at most 1 GB each. */
export const databaseMemoryFull: Fault = {
  name: "sessions take the database's memory",
  moves: ["AWS/RDS FreeableMemory"],
  impossible: (stage) =>
    freemem() < 3 * bytesOf(stage) ? "this machine has too little free memory" : undefined,
  inject: async (stage) => {
    const sessions = Math.ceil(bytesOf(stage) / 900e6);
    for (let session = 0; session < sessions; session += 1) {
      const client = await databaseClient(stage.room, 0);
      hungry.push(client);
      const length = Math.ceil(bytesOf(stage) / sessions);
      // Ends when the session is ended.
      const block = `DO $$ DECLARE held text; BEGIN held := repeat('x', ${length}); PERFORM pg_sleep(600); END $$`;
      void client.query(block).catch(() => {});
    }
  },
  mend: async (stage) => {
    const pids = hungry.map((client) => (client as unknown as { processID: number }).processID);
    const client = await databaseClient(stage.room);
    await client.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [pids]);
    await client.end();
    await Promise.all(hungry.splice(0).map((each) => each.end().catch(() => {})));
  },
};

const VALUE_BYTES = 256 * 1024;
const FILL = 1.3;
const KEY = "drill:filler:";

/** Keys with a time to live, which Redis evicts by the captured policy. */
export const cacheFull: Fault = {
  name: "keys fill Redis beyond its memory",
  moves: ["AWS/ElastiCache DatabaseMemoryUsagePercentage", "AWS/ElastiCache Evictions"],
  inject: (stage) =>
    withCache(stage, async (client) => {
      const value = Buffer.alloc(VALUE_BYTES, "x").toString("latin1");
      for (let key = 0; key < keysFor(stage); key += 16) {
        await Promise.all(
          Array.from({ length: 16 }, (_, index) => client.set(`${KEY}${key + index}`, value, { EX: 3600 })),
        );
      }
    }),
  mend: (stage) =>
    withCache(stage, async (client) => {
      for (let key = 0; key < keysFor(stage) + 16; key += 64) {
        await client.unlink(Array.from({ length: 64 }, (_, index) => `${KEY}${key + index}`));
      }
    }),
};

function keysFor({ room }: AlarmStage): number {
  return Math.ceil((given(room.plan.cache, "cache").maxMemory * FILL) / VALUE_BYTES);
}

async function withCache(
  { room }: AlarmStage,
  work: (client: ReturnType<typeof cacheClient>) => Promise<unknown>,
): Promise<void> {
  const client = cacheClient(room);
  await client.connect();
  try {
    await work(client);
  } finally {
    client.destroy();
  }
}

function classOf({ room }: AlarmStage): string {
  return String(databaseIn(room.graph).inputs.instanceClass);
}

function bytesOf(stage: AlarmStage): number {
  return memoryGiB(classOf(stage)) * 2 ** 30;
}

let original: string | undefined;

/** The limit goes where ALTER SYSTEM would write it, which PostgreSQL reads after its own file. */
async function restartDatabase(stage: AlarmStage, limit: number | undefined): Promise<void> {
  const { ledger } = stage.room;
  const file = join(ledger.state.database.folder, "data", "postgresql.auto.conf");
  await stop(ledger, "postgres");
  original ??= existsSync(file) ? readFileSync(file, "utf8") : "";
  const text = limit === undefined ? original : `${original}max_connections = ${limit}\n`;
  writeOwned(file, text, databaseUser());
  await stage.restart();
  // A look now opens the monitor's connection, while there is room for one.
  await stage.settle();
}

async function hold(stage: AlarmStage, count: number): Promise<void> {
  while (held.length < count) {
    const batch = Array.from({ length: 8 }, () => databaseClient(stage.room));
    held.push(...(await Promise.all(batch)));
  }
}
