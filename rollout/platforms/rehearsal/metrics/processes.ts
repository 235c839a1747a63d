import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that it started use. */
export interface Usage {
  /**
   * Nanoseconds of processor time: what it had, and what it was ready for while others had the processor. That is
   * what it would have had on a machine of its own, so a busy machine changes nothing.
   */
  busyNs: number;
  /** Bytes: its own memory and its part of what it shares (proc(5), "smaps_rollup", Pss). */
  memoryBytes: number;
}

/** Every process of this machine and its parent, by number. */
export function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of list("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The program's name may hold spaces and brackets: the fields are counted after the last one.
    const parent = Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (Number.isInteger(parent)) found.set(Number(name), parent);
  }
  return found;
}

/** A process and its descendants. */
export function familyOf(pid: number, parentOf: Map<number, number>): number[] {
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parentOf) if (parent === member) family.push(child);
  }
  return family;
}

/** Undefined when the process is gone. */
export function usageOf(pid: number): Usage | undefined {
  const memory = read(`/proc/${pid}/smaps_rollup`);
  const kib = Number(/^Pss:\s+(\d+) kB$/m.exec(memory ?? "")?.[1]);
  if (!memory || Number.isNaN(kib)) return undefined;
  return { busyNs: busyNs(pid), memoryBytes: kib * 1024 };
}

/** The sum over its threads of run time and waiting time (Linux, "Scheduler statistics", /proc/PID/schedstat). */
function busyNs(pid: number): number {
  let sum = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    const [ran = 0, waited = 0] = (read(`/proc/${pid}/task/${thread}/schedstat`) ?? "")
      .split(" ")
      .map(Number);
    sum += ran + waited;
  }
  return sum;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
