import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { momentOf } from "../../platforms/rehearsal/machine/identity.ts";
import { isRunning } from "../../platforms/rehearsal/machine/processes.ts";
import type { Ledger, ProcessRecord } from "../../platforms/rehearsal/machine/state.ts";
import { keysOf } from "../../platforms/rehearsal/servers/keys.ts";
import { type AppProcess, byPlace, WEB } from "../visited.ts";

/** A process here, with what the ledger has of it. */
export interface ProcessHere extends AppProcess {
  record: ProcessRecord | undefined;
}

/** The app's processes by the ledger, those too that should run and don't. */
export function processesOf({ state }: Ledger): ProcessHere[] {
  const all = state.servers.map((server) => {
    const record = state.processes[keysOf(server).app];
    return {
      process: WEB,
      track: server.track,
      server: server.id,
      version: server.version,
      state: isRunning(record) ? "running" : "ended",
      since: isRunning(record) ? momentOf(record.started) : undefined,
      record,
    };
  });
  return all.toSorted(byPlace);
}

/**
 * The environment that a process was started with, and its folder: of the very one that runs, whatever config says now.
 *
 * @throws {UserError} when it has ended
 */
export function surroundingsOf(
  { record, server, process: name }: ProcessHere,
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
