import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ALLOWANCE } from "../../../platforms/rehearsal/metrics/allowance.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

const started = new Map<Fault, ChildProcess[]>();

const BUSY = "for (;;);";

const HOG = `const held = Buffer.alloc(Number(process.argv[1]), 1); setInterval(() => held.length, 60_000);`;

export const serversBusy: Fault = {
  name: "two runaway processes on every server",
  moves: ["AWS/EC2 CPUUtilization"],
  // For two processors; at the lowest priority, as others use this machine too.
  inject: async (stage) => {
    for (let each = 0; each < 2; each += 1) guests(stage, serversBusy, ["-e", BUSY]);
  },
  mend: (stage) => endGuests(stage, serversBusy),
};

export const memoryFull: Fault = {
  name: "a process takes a server's memory",
  moves: ["CWAgent mem_used_percent"],
  inject: async (stage) =>
    guests(stage, memoryFull, ["-e", HOG, String(Math.round(ALLOWANCE.memoryBytes * 0.9))]),
  mend: (stage) => endGuests(stage, memoryFull),
};

export const diskFull: Fault = {
  name: "a file fills a server's disk",
  moves: ["CWAgent disk_used_percent"],
  inject: async (stage) => {
    for (const file of fillers(stage)) write(file, ALLOWANCE.diskBytes);
  },
  mend: async (stage) => {
    for (const file of fillers(stage)) rmSync(file, { force: true });
  },
};

/** A process on each server, which counts as the server's own. It ends with this process. */
function guests({ room, sampler }: AlarmStage, fault: Fault, args: string[]): void {
  for (const { id } of room.ledger.state.servers) {
    const child = spawn("nice", ["-n", "19", process.execPath, ...args], { stdio: "ignore" });
    child.once("error", () => {});
    const pid = child.pid;
    if (pid !== undefined) sampler.guests.set(id, [...(sampler.guests.get(id) ?? []), pid]);
    started.set(fault, [...(started.get(fault) ?? []), child]);
  }
}

async function endGuests({ sampler }: AlarmStage, fault: Fault): Promise<void> {
  const children = started.get(fault) ?? [];
  started.delete(fault);
  for (const child of children) child.kill("SIGKILL");
  const pids = children.map(({ pid }) => pid);
  for (const [id, guestsOf] of sampler.guests)
    sampler.guests.set(
      id,
      guestsOf.filter((pid) => !pids.includes(pid)),
    );
}

/** A drill that dies leaves nobody behind. */
process.once("exit", () => {
  for (const child of [...started.values()].flat()) child.kill("SIGKILL");
});

function fillers({ room }: AlarmStage): string[] {
  const { ledger } = room;
  return ledger.state.servers.map(({ id }) => join(ledger.place.folder, "servers", id, "drill.filler"));
}

/** Written, not only reserved: a hole takes no disk. */
function write(file: string, bytes: number): void {
  const chunk = Buffer.alloc(2 ** 20, 1);
  const handle = openSync(file, "w", 0o600);
  for (let written = 0; written < bytes; written += chunk.length) writeSync(handle, chunk);
  closeSync(handle);
}
