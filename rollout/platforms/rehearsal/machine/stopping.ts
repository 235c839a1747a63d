import { entry } from "../../../../infra/sure.ts";
import { until } from "../../../waiting.ts";
import { isOfThisBoot } from "./identity.ts";
import { isRunning } from "./processes.ts";
import { BALANCER, type Ledger, type ProcessRecord } from "./state.ts";

/** How long a program has to end in good order before it is killed, where it has no time of its own. */
const GRACE_MS = 10_000;

/**
 * Ends a recorded process: its own signal, then SIGKILL. A process that isn't the recorded one any more (the number was
 * given to another) is left alone.
 */
export async function stop(ledger: Ledger, key: string, within?: number): Promise<void> {
  const record = ledger.state.processes[key];
  if (!record) return;
  const graceMs = within ?? record.graceMs ?? GRACE_MS;
  if (isRunning(record)) {
    send(record.pid, record.stopSignal);
    if (!(await goneWithin(record, graceMs))) {
      send(-record.pid, "SIGKILL");
      await goneWithin(record, graceMs);
    }
  }
  sweep(record);
  ledger.change(({ processes }) => {
    delete processes[key];
  });
}

/** Tells a process to end, and that it was told. It is waited for by whoever stops it later. */
export function endSoon(ledger: Ledger, key: string): void {
  const record = ledger.state.processes[key];
  if (!isRunning(record)) return;
  ledger.change(() => {
    if (record.runs) record.runs.ending = new Date().toISOString();
  });
  send(record.pid, record.stopSignal);
}

/** Stops several at once. */
export async function stopAll(ledger: Ledger, keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => stop(ledger, key)));
}

/**
 * The order in which the parts of a stack are stopped: senders before receivers, so that no request is refused.
 * Anything unforeseen goes first.
 */
export function inStopOrder(keys: string[]): string[][] {
  const rank = (key: string) =>
    key === BALANCER ? 1 : key.endsWith(".nginx") ? 2 : key.endsWith(".app") ? 3 : storeRank(key);
  const groups = Map.groupBy(keys, rank);
  return [...groups.keys()].sort((a, b) => a - b).map((each) => entry(groups, each));
}

function storeRank(key: string): number {
  return ["postgres", "redis", "flags", "dependencies", "storage", "credentials"].includes(key) ? 4 : 0;
}

function goneWithin(record: ProcessRecord, withinMs: number): Promise<boolean> {
  return until({ everyMs: 20, withinMs }, () => !isRunning(record));
}

/**
 * A leader killed from outside can leave its workers (nginx does). They are in the group that bears the leader's
 * number, and no new process gets that number while the group lives; so with the leader gone the group is still ours.
 */
function sweep({ pid, started }: ProcessRecord): void {
  if (isOfThisBoot(started) && !exists(pid)) send(-pid, "SIGKILL");
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
