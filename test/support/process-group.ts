import { until } from "../../rollout/waiting.ts";

/** Whether the process, or for a negative number somebody of its group, is there. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Kills a group of processes, and waits until all are gone: who still writes would keep a folder from being removed. */
export async function endGroup(leader: number): Promise<void> {
  if (isThere(-leader)) process.kill(-leader, "SIGKILL");
  if (!(await until({ everyMs: 20, withinMs: 10_000 }, () => !isThere(-leader))))
    throw new Error(`somebody of the process group ${leader} is still there`);
}
