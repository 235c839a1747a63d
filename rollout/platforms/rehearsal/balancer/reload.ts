import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { until } from "../../../waiting.ts";
import { RehearsalError } from "../machine/errors.ts";
import { writeAtomically } from "../machine/files.ts";
import { type BalancerLayout, checkCommand } from "./config/layout.ts";
import { ask } from "./socket.ts";
import { workerPid } from "./stats.ts";

const DEADLINE_MS = 10_000;
const run = promisify(execFile);

/** Refuses a config that HAProxy refuses. @throws {RehearsalError} with HAProxy's own words */
export async function checkConfig(layout: BalancerLayout): Promise<void> {
  const [program, ...args] = checkCommand(layout) as [string, ...string[]];
  await run(program, args).catch((error: { stderr?: string; message: string }) => {
    throw new RehearsalError(`HAProxy refuses ${layout.configFile}:\n${error.stderr || error.message}`);
  });
}

/** The processes that reloads have replaced and that still answer on connections from before. */
export async function oldWorkers({ masterSocket }: BalancerLayout): Promise<number[]> {
  const [, listed = ""] = (await ask(masterSocket, "show proc")).split("# old workers");
  return [...listed.matchAll(/^(\d+)\s+worker/gm)].map(([, pid]) => Number(pid));
}

/**
 * Starts a new process with the present files in place of the one that serves. The new one takes over the listening
 * sockets, and the old one finishes what it has begun: no connection is refused or cut.
 */
export async function reload(layout: BalancerLayout): Promise<void> {
  await checkConfig(layout);
  const before = await workerPid(layout.socket);
  // The new process gets the health of the servers: else it would take one that is down for up, until the next check.
  writeAtomically(layout.serversFile, `${await ask(layout.socket, "show servers state")}\n`, 0o600);
  await ask(layout.masterSocket, "reload").catch(() => {
    // The master replaces itself, which may cut its answer short.
  });
  const isAnother = async () => (await workerPid(layout.socket).catch(() => before)) !== before;
  if (!(await until({ everyMs: 25, withinMs: DEADLINE_MS }, isAnother)))
    throw new RehearsalError(
      "the balancer didn't reload in 10 s; it still serves as before, its log says why",
    );
}
