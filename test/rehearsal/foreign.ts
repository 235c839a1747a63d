import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".cache/foreign");

/** Whether bin/install-foreign has brought what nobody here wrote. */
export const hasForeign = existsSync(join(FOLDER, "python/bin/celery"));
/** For a test's name. */
export const foreignSkipped = hasForeign ? "" : "(skipped: bin/install-foreign wasn't run) ";

export const python = (program: string) => join(FOLDER, "python/bin", program);

/** A file or folder that npm brought, from `node_modules` on. */
export const foreignModule = (path: string) => join(FOLDER, "node_modules", path);

export const SOURCES = join(ROOT, "test/foreign");

/** Commands of a shell; HOST and PORT are set where they run. */
const SHELL = {
  uvicorn: `${python("uvicorn")} --app-dir ${SOURCES} --host $HOST --port $PORT --no-access-log asgi:app`,
  hypercorn: `${python("hypercorn")} --bind $HOST:$PORT ${SOURCES}/asgi.py:app`,
  /** At its defaults: one worker, which keeps no connection. It knows PORT by itself. */
  gunicorn: `${python("gunicorn")} --chdir ${SOURCES} wsgi:app`,
  /** Threads keep connections, for gunicorn's default of 2 s. */
  threads: `${python("gunicorn")} --chdir ${SOURCES} --threads 8 wsgi:app`,
  /** Unchanged: an API over a file, of which each server has its own. */
  json: `cp ${SOURCES}/shop.json shop-$PORT.json && exec ${process.execPath} ${foreignModule("json-server/lib/cli/bin.js")} --quiet --host $HOST --port $PORT shop-$PORT.json`,
  /** Unchanged; it knows HOST and PORT by itself. */
  yjs: `${process.execPath} ${foreignModule("y-websocket/bin/server.js")}`,
};
export type Foreign = keyof typeof SHELL;

/** The words of `rollout:rehearsal.command` that start one of them on every track. */
export function commandOf(server: Foreign): string[] {
  return ["sh", "-c", SHELL[server].includes("exec ") ? SHELL[server] : `exec ${SHELL[server]}`];
}

/** The words that start Celery's command line on the tasks of test/foreign/shop.py. */
export function celery(...words: string[]): string[] {
  return [python("celery"), "--workdir", SOURCES, "-A", "shop", ...words];
}

/** `rollout:rehearsal` that starts several, each on the track of its name. */
export function rehearsalOfEach(servers: readonly Foreign[]) {
  return { tracks: Object.fromEntries(servers.map((server) => [server, { command: commandOf(server) }])) };
}
