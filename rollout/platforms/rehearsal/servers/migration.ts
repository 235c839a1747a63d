import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeIn } from "../machine/files.ts";
import { run } from "../machine/processes.ts";
import type { ServerRecord } from "../machine/state.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { appFolder, pathIn } from "./app-start.ts";
import type { ServerFiles } from "./server-files.ts";

/**
 * Runs the servers' own migration script, byte for byte, where the app is about to start: the database says whether this
 * version was migrated. Only the container is left out, as everywhere here.
 *
 * @throws {RehearsalError} with the end of its log when it fails: then the server doesn't start
 */
export async function migrate(
  room: Room,
  track: TrackPlan,
  { id }: ServerRecord,
  { folder, environment }: ServerFiles,
  what: "migrate" | "contract" = "migrate",
): Promise<void> {
  const { migration } = track;
  if (migration === undefined) return;
  const script = join(folder, "rollout-migrate");
  writeIn(script, migration);
  chmodSync(script, 0o700);
  const programs = [dirname(process.execPath), dirname(room.programs.postgres)];
  await run(room.ledger, {
    key: `${id}.migrate`,
    // A server that is taken back takes its migration along; it bears that.
    graceMs: 2_000,
    command: ["bash", script],
    cwd: appFolder(room, track),
    env: {
      ...environment,
      PATH: pathIn(room, track, programs),
      ...{
        ROLLOUT_RUN: folder,
        ROLLOUT_WHAT: what,
        ROLLOUT_HERE: "env",
        CONTAINER: "",
        IMAGE: "",
        INSTANCE_ID: id,
      },
    },
  });
}
