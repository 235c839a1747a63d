import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { given } from "../../../infra/sure.ts";
import { RehearsalError } from "../../platforms/rehearsal/machine/errors.ts";
import { locked } from "../../platforms/rehearsal/machine/lock.ts";
import { start } from "../../platforms/rehearsal/machine/processes.ts";
import { Ledger, type ServerRecord } from "../../platforms/rehearsal/machine/state.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import { appStart } from "../../platforms/rehearsal/servers/app-start.ts";

/** What a leak is given beyond what the app has: the captured limit would take minutes and memory that others need. */
const ROOM_MIB = 192;

/**
 * Limits a running process's memory to a little more than it has, by the kernel (prlimit(1), RLIMIT_DATA). Docker's own
 * limit is a control group's: there too it is the process that ends, not the server.
 *
 * @param mostMiB the captured limit: the process gets no more than that
 * @returns the limit in MiB
 */
export function limitMemory(pid: number, mostMiB: number): number {
  const [, kib] = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const limit = Math.min(mostMiB, Math.ceil(Number(kib) / 1024) + ROOM_MIB);
  const bytes = limit * 2 ** 20;
  try {
    execFileSync("prlimit", [`--pid=${pid}`, `--data=${bytes}:${bytes}`, "--core=0:0"], { stdio: "pipe" });
  } catch (error) {
    throw new RehearsalError("prlimit can't limit the app's memory; it is in the package util-linux", {
      cause: error,
    });
  }
  return limit;
}

/** Starts a server's application alone, as systemd starts its unit again: nginx before it isn't touched. */
export async function startApp(room: Room, server: ServerRecord): Promise<void> {
  const { place } = room.ledger;
  const track = given(
    room.plan.tracks.find(({ name }) => name === server.track),
    `track ${server.track}`,
  );
  const folder = join(place.folder, "servers", server.id);
  const lines = readFileSync(join(folder, "app.env"), "utf8").split("\n").filter(Boolean);
  const environment = lines.map((line) => [
    line.slice(0, line.indexOf("=")),
    line.slice(line.indexOf("=") + 1),
  ]);
  await locked(place, async () => {
    start(Ledger.openOrFail(place), appStart(room, track, server, Object.fromEntries(environment)));
  });
}
