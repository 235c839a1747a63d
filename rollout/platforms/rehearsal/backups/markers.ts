import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { first } from "../../../../infra/sure.ts";
import { makePrivateFolder, writeOwned } from "../machine/disk/owned.ts";
import { type Digests, digestsOf } from "./digest.ts";
import { atQuietMoment, snapshotNow } from "./quiet-moment.ts";
import type { Store } from "./store.ts";
import { asSuperuser } from "./superuser.ts";

/** What the database held at one point of its log, to be compared with a copy that is restored to that very point. */
export interface Marker {
  /** The restore point's name in PostgreSQL's log: where a recovery can be told to stop. */
  name: string;
  /** Milliseconds since the epoch, by the database's clock. */
  at: number;
  /** The WAL segment that the point lies in: once it is archived, the point can be reached. */
  segment: string;
  tables: Digests;
}

/**
 * Marks the present moment, and tells exactly what each table held then, although others go on writing. Writers wait
 * only until the mark is in the log and a snapshot is taken. The tables are read from that snapshot afterwards.
 *
 * @param marked told of the point as soon as it is in the log, before the tables are read
 * @throws {RehearsalError} when the tables can't be had for a moment because others lock them
 */
export async function writeMarker(
  store: Store,
  marked?: (point: Omit<Marker, "tables">) => void,
): Promise<Marker> {
  const name = `rollout-${new Date().toISOString().replaceAll(/[^\dTZ]/g, "")}-${process.pid}`;
  const marker = await asSuperuser(store, (writer) =>
    asSuperuser(store, async (reader) => {
      const point = await markAndSnapshot(name, writer, reader);
      marked?.(point);
      return { ...point, tables: await digestsOf(reader) };
    }),
  );
  const folder = markerFolder(store);
  makePrivateFolder(folder, store.user);
  writeOwned(join(folder, `${name}.json`), JSON.stringify(marker, null, 2), store.user);
  return marker;
}

async function markAndSnapshot(name: string, writer: pg.Client, reader: pg.Client) {
  return atQuietMoment(writer, async () => {
    await snapshotNow(reader);
    const { rows } = await writer.query<{ segment: string; at: string }>(
      `SELECT pg_walfile_name(pg_create_restore_point($1)) AS segment,
              extract(epoch FROM clock_timestamp()) * 1000 AS at`,
      [name],
    );
    return { name, at: Number(first(rows).at), segment: first(rows).segment };
  });
}

/** Oldest first. One that can't be read doesn't count. */
export function readMarkers(store: Store): Marker[] {
  const folder = markerFolder(store);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(folder, name), "utf8")) as Marker];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.at - b.at);
}

/** Those that no backup reaches any more. */
export function forgetMarkers(store: Store, before: number): void {
  for (const { name, at } of readMarkers(store)) {
    if (at < before) rmSync(join(markerFolder(store), `${name}.json`), { force: true });
  }
}

function markerFolder({ folder }: Store): string {
  return join(folder, "markers");
}
