import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { momentOf } from "../../platforms/rehearsal/machine/identity.ts";
import { isRunning } from "../../platforms/rehearsal/machine/processes.ts";
import type { Ledger, ProcessRecord, ServerRecord } from "../../platforms/rehearsal/machine/state.ts";
import { keysOf } from "../../platforms/rehearsal/servers/keys.ts";
import { APP, type AppProcess, byPlace } from "../visited.ts";

/** A process here, with what the ledger has of it. */
export interface FoundProcess extends AppProcess {
  record: ProcessRecord | undefined;
}

/** The app's processes by the ledger, those too that should run and don't. */
export function processesOf({ state }: Ledger): FoundProcess[] {
  const all = state.servers.flatMap((server) => {
    const others = Object.keys(state.processes).flatMap((key) => {
      const [, name] =
        OF_CONFIG.exec(key.startsWith(`${server.id}.`) ? key.slice(server.id.length) : "") ?? [];
      return name === undefined ? [] : [found(server, name, state.processes[key])];
    });
    return [found(server, APP, state.processes[keysOf(server).app]), ...others];
  });
  return all.toSorted(byPlace);
}

/** What stands behind the server's name in the ledger: `.worker-1.process`. */
const OF_CONFIG = /^\.([\w-]+)\.process$/;

function found(server: ServerRecord, process: string, record: ProcessRecord | undefined): FoundProcess {
  const runs = isRunning(record);
  return {
    process,
    track: server.track,
    server: server.id,
    version: server.version,
    state: runs ? "running" : "ended",
    since: runs ? momentOf(record.started) : undefined,
    record,
  };
}

/**
 * The environment that a process was started with, and its folder: of the very one that runs, whatever config says now.
 *
 * @throws {UserError} when it has ended
 */
export function surroundingsOf(
  { record, server, process: name }: FoundProcess,
  { place }: Pick<Ledger, "place">,
): { env: Record<string, string>; cwd: string } {
  if (!isRunning(record)) throw new UserError(`${name} on ${server} has ended`);
  if (process.platform !== "linux") {
    const text = readFileSync(join(place.folder, "servers", server, "app.env"), "utf8");
    const { PATH = "", HOME = "" } = process.env;
    return { env: { PATH, HOME, ...pairsIn(text.split("\n")) }, cwd: process.cwd() };
  }
  const text = readFileSync(`/proc/${record.pid}/environ`, "utf8");
  return { env: pairsIn(text.split("\0")), cwd: readlinkSync(`/proc/${record.pid}/cwd`) };
}

function pairsIn(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
