import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { first, nth } from "../../../../infra/sure.ts";

/**
 * What tells a process from a later one with the same number: when it started. On Linux ticks since boot together with
 * the boot's id (proc(5): /proc/PID/stat, field 22), elsewhere `ps -o lstart=`.
 *
 * @returns undefined when there is no such process, or only its remains that nobody has reaped
 */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** Ticks a second, as proc(5) counts them: the kernel tells every program 100 (`USER_HZ`). */
const TICKS = 100;

/** What {@link startTimeOf} says, in milliseconds since the epoch; undefined where the kernel doesn't tell when it booted. */
export function momentOf(started: string): number | undefined {
  if (process.platform !== "linux") return Date.parse(started) || undefined;
  const [, ticks] = /-(\d+)$/.exec(started) ?? [];
  const [, booted] = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8")) ?? [];
  return ticks && booted ? Number(booted) * 1000 + (Number(ticks) * 1000) / TICKS : undefined;
}

/** Whether a start time can still be that of a living process; elsewhere than on Linux that isn't told. */
export function isOfThisBoot(started: string): boolean {
  return process.platform !== "linux" || started.startsWith(bootId());
}

function fromProc(pid: number): string | undefined {
  const stat = readStat(pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return undefined;
  return `${bootId()}-${stat.started}`;
}

/** The program's name may hold spaces and brackets: the fields are counted after the last bracket. */
function readStat(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: first(fields), started: nth(fields, 19) };
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

function bootId(): string {
  try {
    boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
  } catch {
    boot = "boot";
  }
  return boot;
}

function fromPs(pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    }).trim();
    const [state, ...started] = text.split(/\s+/);
    return state === "" || state?.startsWith("Z") ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
}
