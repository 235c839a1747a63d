import { spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../waiting.ts";
import { RehearsalError } from "./errors.ts";
import { lastLines } from "./files.ts";
import { startTimeOf } from "./identity.ts";
import type { Ledger, ProcessRecord, Runs } from "./state.ts";

export interface Start {
  /** Its name in the state, such as `blue-1.nginx`; also the name of its log. */
  key: string;
  command: string[];
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Text for its standard input, which is then closed. */
  input?: string;
  stopSignal?: NodeJS.Signals;
  /** How long it has to end after that; ten seconds by default. */
  graceMs?: number;
  /** What of the app it is. */
  runs?: Omit<Runs, "since">;
  /** The system user to run as; only root can choose. */
  user?: { uid: number; gid: number };
}

export interface Started {
  key: string;
  log: string;
  /** The exit code, or the signal's name. */
  exit: Promise<number | string>;
  /** How long the log was when it began, in bytes: what stands before is another's. */
  logBefore?: number;
  /** Keeps this process alive until the program ends; by default it outlives this process. */
  hold?(): void;
}

/**
 * The shell waits for a line, then becomes the program. If the process that was to send the line has died, the shell
 * ends.
 */
const WAIT_THEN_RUN = 'read -r go && exec "$@"';

/**
 * Starts a program that outlives this process, with its output in a log. It is recorded in the state *before* it
 * runs: the shell waits for a line that is sent after the state is written. So after a crash at any moment `down`
 * knows every program.
 */
export function start(ledger: Ledger, what: Start): Started {
  const log = logOf(ledger, what.key);
  const logBefore = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const output = openSync(log, "a", 0o600);
  const child = spawn("/bin/sh", ["-c", WAIT_THEN_RUN, "sh", ...what.command], {
    cwd: what.cwd ?? ledger.place.folder,
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: "C", ...what.env },
    stdio: ["pipe", output, output],
    ...what.user,
  });
  closeSync(output);
  const exit = new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const { pid } = child;
  if (pid === undefined) return { key: what.key, log, logBefore, exit };
  const started = startTimeOf(pid) ?? "";
  ledger.change(({ processes }) => {
    processes[what.key] = {
      pid,
      started,
      log,
      stopSignal: what.stopSignal ?? "SIGTERM",
      ...(what.graceMs !== undefined && { graceMs: what.graceMs }),
      ...(what.runs && { runs: { ...what.runs, since: new Date().toISOString() } }),
    };
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(`go\n${what.input ?? ""}`);
  child.unref();
  return { key: what.key, log, logBefore, exit, hold: () => child.ref() };
}

export function logOf(ledger: Ledger, key: string): string {
  return join(ledger.place.logs, `${key}.log`);
}

/** Runs a program to its end. @throws {RehearsalError} with the log's last lines when it fails */
export async function run(ledger: Ledger, what: Start): Promise<void> {
  const started = start(ledger, what);
  started.hold?.();
  const code = await started.exit;
  ledger.change(({ processes }) => {
    delete processes[what.key];
  });
  if (code !== 0) throw new RehearsalError(`${what.key} failed (${code}). ${tail(started)}`);
}

/**
 * Waits until a program that was just started is ready.
 *
 * @param ready asked again and again; a throw counts as not yet
 * @throws {RehearsalError} when the program ends or takes too long, with its log's last lines
 */
export async function untilReady(
  started: Started,
  ready: () => Promise<boolean>,
  { deadlineMs = 20_000, signal }: { deadlineMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  let code: number | string | undefined;
  started.exit.then((value) => {
    code = value;
  });
  const isReady = await until({ everyMs: [15, 150], withinMs: deadlineMs, signal }, () => {
    if (code !== undefined)
      throw new RehearsalError(`${started.key} ended while starting (${code}). ${tail(started)}`);
    return ready().catch(() => false);
  });
  if (!isReady) throw notReady(started, deadlineMs);
}

/** Whether an address answers well, within a second. @throws when nobody does, which is not yet for {@link untilReady} */
export async function answersAt(url: string): Promise<boolean> {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  return ok;
}

function notReady(started: Started, deadlineMs: number): RehearsalError {
  return new RehearsalError(`${started.key} wasn't ready within ${deadlineMs / 1_000} s. ${tail(started)}`);
}

function tail({ log, logBefore }: Started): string {
  const lines = lastLines(log, 12, logBefore);
  return lines ? `Its log ${log} ends with:\n${lines.replace(/^/gm, "  ")}` : `Its log ${log} is empty.`;
}

export function isRunning(record: ProcessRecord | undefined): record is ProcessRecord {
  return record !== undefined && startTimeOf(record.pid) === record.started;
}
