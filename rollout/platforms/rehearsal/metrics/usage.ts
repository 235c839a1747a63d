import type { Machine } from "./machines.ts";
import { familyOf, parents, usageOf } from "./processes.ts";

/** What a machine's processes use of it, in percent of all its processors, and in bytes. */
export interface MachineUsage {
  cpuPercent: number;
  memoryBytes: number;
}

/** Watches groups of processes, each of which plays a machine of its own. */
export class MachineUsages {
  readonly #busy = new Map<string, Map<number, number>>();
  #takenAt: number | undefined;

  /**
   * @param machines by name
   * @returns by name; without those none of whose processes runs, and the first time without any
   */
  take(machines: Record<string, Machine>): Record<string, MachineUsage> {
    const now = performance.now();
    const elapsedNs = (now - (this.#takenAt ?? now)) * 1e6;
    this.#takenAt = now;
    const parentOf = parents();
    const usages: Record<string, MachineUsage> = {};
    for (const [name, { leaders, processors }] of Object.entries(machines)) {
      const pids = new Set(leaders.flatMap((pid) => familyOf(pid, parentOf)));
      const before = this.#busy.get(name) ?? new Map<number, number>();
      const after = new Map<number, number>();
      let busyNs = 0;
      let memoryBytes = 0;
      for (const pid of pids) {
        const usage = usageOf(pid);
        if (!usage) continue;
        after.set(pid, usage.busyNs);
        memoryBytes += usage.memoryBytes;
        // One that is new may have begun before; it counts from the next time.
        busyNs += Math.max(0, usage.busyNs - (before.get(pid) ?? usage.busyNs));
      }
      this.#busy.set(name, after);
      if (after.size === 0 || elapsedNs === 0) continue;
      usages[name] = { cpuPercent: Math.min(100, (100 * busyNs) / elapsedNs / processors), memoryBytes };
    }
    return usages;
  }
}
