import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { RehearsalError } from "../machine/errors.ts";
import type { Start } from "../machine/processes.ts";
import type { ServerRecord } from "../machine/state.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { keysOf } from "./keys.ts";

/** How a server's application is started: the track's command in the track's folder, told where to listen. */
export function appStart(
  room: Room,
  track: TrackPlan,
  server: ServerRecord,
  environment: Record<string, string>,
): Start {
  const { id, version } = server;
  return {
    key: keysOf(server).app,
    command: wordsHere(track.command, environment),
    runs: { name: "app", kind: "app", track: track.name, server: id, version },
    cwd: appFolder(room, track),
    graceMs: room.plan.stopSeconds * 1000,
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, PATH: pathIn(room, track), ...environment },
  };
}

/** A command's words with what they stand for on this machine. */
export function wordsHere(words: readonly string[], environment: Record<string, string>): string[] {
  const stands: Record<string, string | undefined> = {
    "{node}": process.execPath,
    "{host}": environment.HOST,
    "{port}": environment.PORT,
  };
  return words.map((word) => word.replaceAll(/\{(node|host|port)\}/g, (each) => stands[each] ?? each));
}

/** Where a track's application and its migration run. */
export function appFolder({ projectDir }: Pick<Room, "projectDir">, { folder }: TrackPlan): string {
  return resolve(projectDir, folder);
}

/** @throws {RehearsalError} where a track's folder isn't there, which would look as if its command weren't */
export function expectFolder(room: Pick<Room, "projectDir">, track: TrackPlan): void {
  const path = appFolder(room, track);
  if (existsSync(path)) return;
  throw new RehearsalError(
    `track ${track.name}: there is no folder ${path}: rollout:rehearsal says ${track.folder}`,
  );
}

/** Where npm, and Python's tools by their pages, put a project's programs. */
const PROGRAMS = ["node_modules/.bin", ".venv/bin", "venv/bin"];

/** The PATH with the folder's own programs first, as an image has them: `alembic` is the same word here and there. */
export function pathIn(room: Pick<Room, "projectDir">, track: TrackPlan, more: string[] = []): string {
  const own = PROGRAMS.map((each) => join(appFolder(room, track), each)).filter((each) => existsSync(each));
  return [...own, ...more, process.env.PATH].join(delimiter);
}
