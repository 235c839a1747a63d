import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeIn } from "../machine/files.ts";
import { run } from "../machine/processes.ts";
import { BALANCER, type ServerRecord } from "../machine/state.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { appFolder, pathIn } from "./app-start.ts";
import type { ServerFiles } from "./server-files.ts";

/** `step`: it is a rollout's, not a server's that boots. */
export interface Migrating {
  what?: "migrate" | "contract";
  step?: boolean;
}

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
  { what = "migrate", step = false }: Migrating = {},
): Promise<void> {
  const { migration } = track;
  if (migration === undefined) return;
  const script = join(folder, "rollout-migrate");
  writeIn(script, migration);
  chmodSync(script, 0o700);
  writeIn(join(folder, "stable"), String(room.graph.outputs.stable ?? ""));
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
        ...(step && { ROLLOUT_STEP: "1" }),
        // A stack is new until it has a balancer, and the copy of a database for ever.
        ROLLOUT_YOUNG: room.ledger.state.processes[BALANCER] ? "0 s" : "100 years",
        ROLLOUT_PATIENCE: "0",
      },
    },
  });
}
