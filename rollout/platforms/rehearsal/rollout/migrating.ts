import { rmSync } from "node:fs";
import { stop } from "../machine/stopping.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { migrate } from "../servers/migration.ts";
import { writeServerFiles } from "../servers/server-files.ts";

/**
 * Runs what changes the database, with a track's version and environment, where none of its servers is started.
 *
 * @param signal ends it; what it has open in the database is taken back
 * @throws {RehearsalError} with the end of its log when it fails
 */
export async function changeDatabase(
  room: Room,
  track: TrackPlan,
  what: "migrate" | "contract",
  signal?: AbortSignal,
): Promise<void> {
  if (track.migration === undefined) return;
  const server = {
    id: `${track.name}-${what}`,
    track: track.name,
    version: track.version,
    port: 0,
    appPort: 0,
  };
  const files = writeServerFiles(room, track, server);
  const end = () => void stop(room.ledger, `${server.id}.migrate`).catch(() => {});
  signal?.addEventListener("abort", end, { once: true });
  try {
    signal?.throwIfAborted();
    await migrate(room, track, server, files, { what, step: true });
  } finally {
    signal?.removeEventListener("abort", end);
    rmSync(files.folder, { recursive: true, force: true });
  }
}
