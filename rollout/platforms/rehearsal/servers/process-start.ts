import { readFileSync } from "node:fs";
import { join } from "node:path";
import { member } from "../../../../infra/sure.ts";
import type { Start } from "../machine/processes.ts";
import type { Place, Runs, ServerRecord } from "../machine/state.ts";
import type { ProcessPlan } from "../plan/describe-processes.ts";
import type { Room } from "../room.ts";
import { appFolder, pathIn, wordsHere } from "./app-start.ts";
import { processKey } from "./keys.ts";

/** What one of the app's processes is made from; as data, for the jobs' own process starts some. */
export interface ProcessHere {
  name: string;
  kind: Exclude<Runs["kind"], "app">;
  /** By track, the words that start it, and the folder in which they do. */
  commands: Record<string, string[]>;
  folders: Record<string, string>;
  /** By track, where it looks for programs: the folder's own first, as the web server. */
  paths: Record<string, string>;
  stopSeconds: number;
}

/** Of the rest of the machine it isn't told more than the app is. */
const KILLED_AFTER_MS = 5_000;

/**
 * How a process is started on a server: its words in the track's folder, with the server's environment file, as the container
 * has it.
 *
 * @param within the words around its own: what plays systemd
 */
export function processStart(
  place: Place,
  { id, track, version }: ServerRecord,
  process: ProcessHere,
  within: readonly string[],
  number?: number,
): Start {
  const { name, kind, stopSeconds } = process;
  const environment = environmentOn(place, id);
  return {
    key: processKey({ id }, name, number),
    command: [...within, ...wordsHere(member(process.commands, track), environment)],
    cwd: member(process.folders, track),
    // What plays systemd kills by itself, and is given a moment for it.
    graceMs: stopSeconds * 1000 + KILLED_AFTER_MS,
    env: {
      NODE_COMPILE_CACHE: globalThis.process.env.NODE_COMPILE_CACHE,
      PATH: member(process.paths, track),
      ...environment,
    },
    runs: { name, kind, track, server: id, version },
  };
}

export function processHere(
  room: Pick<Room, "plan" | "projectDir">,
  { name, kind, stopSeconds }: ProcessPlan,
): ProcessHere {
  const { tracks } = room.plan;
  return {
    ...{ name, kind, stopSeconds },
    commands: Object.fromEntries(tracks.map((track) => [track.name, track.commands[name] ?? []])),
    folders: Object.fromEntries(tracks.map((track) => [track.name, appFolder(room, track)])),
    paths: Object.fromEntries(tracks.map((track) => [track.name, pathIn(room, track)])),
  };
}

/** Lines `NAME=value`, of which nothing is quoted (Docker CLI reference, `docker run --env-file`). */
function environmentOn({ folder }: Place, server: string): Record<string, string> {
  const text = readFileSync(join(folder, "servers", server, "app.env"), "utf8");
  return Object.fromEntries(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
