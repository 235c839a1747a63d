import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { startTimeOf } from "../identity.ts";

/** As the stack's record would have it. */
interface FoundProcess {
  pid: number;
  started: string;
  log: string;
  stopSignal: NodeJS.Signals;
}

/**
 * What runs of a stack whose record is lost, by its name: the processes that the rehearsal starts write into the stack's
 * folder of logs, and lead a session of their own. Whoever else has a log open leads none, or has it open otherwise. Only
 * where the kernel tells (Linux, proc(5)).
 */
export function foundOf({ logs }: { logs: string }): Record<string, FoundProcess> {
  const folder = real(logs);
  const found = pidsHere().flatMap((pid) => {
    const log = logOf(pid);
    return log && dirname(log) === folder && pid !== process.pid && leads(pid) ? [{ pid, log }] : [];
  });
  const pids = new Set(found.map(({ pid }) => pid));
  // PostgreSQL's own children lead sessions too: they end with it.
  const first = found.filter(({ pid }) => !pids.has(parentOf(pid)));
  return Object.fromEntries(
    first.map(({ pid, log }): [string, FoundProcess] => {
      const key = basename(log, ".log");
      // PostgreSQL ends at once with SIGINT, and waits for its clients with SIGTERM.
      const stopSignal = key.startsWith("postgres") ? "SIGINT" : "SIGTERM";
      return [key, { pid, started: startTimeOf(pid) ?? "", log, stopSignal }];
    }),
  );
}

function pidsHere(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Where its output goes, when that is a log. */
function logOf(pid: number): string | undefined {
  for (const output of ["1", "2"]) {
    try {
      const log = readlinkSync(join("/proc", String(pid), "fd", output));
      if (log.endsWith(".log")) return log;
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
  return undefined;
}

/** Whether it leads a session, as what is started detached does. */
function leads(pid: number): boolean {
  return fieldsOf(pid)[3] === String(pid);
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1]);
}

/** From its state on; the program's name before it may hold spaces and brackets. */
function fieldsOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
