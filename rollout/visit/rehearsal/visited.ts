import { type StdioOptions, spawn } from "node:child_process";
import { constants as system } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { given } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import { isProgram } from "../../is-program.ts";
import { FileJournal } from "../../platforms/rehearsal/journal/journal.ts";
import { journalFolder } from "../../platforms/rehearsal/journal/past.ts";
import { findPrograms } from "../../platforms/rehearsal/machine/find.ts";
import { Ledger, userLock } from "../../platforms/rehearsal/machine/state.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { secretsOf } from "../../preview/redact.ts";
import { loginTo } from "../clients.ts";
import {
  type AppProcess,
  type Errand,
  type Hear,
  type LogQuery,
  NOT_FOUND,
  type Visited,
  type WrittenLine,
} from "../visited.ts";
import { readLogs } from "./logs.ts";
import { type FoundProcess, processesOf, surroundingsOf } from "./processes.ts";

/**
 * The running rehearsal, for who visits it: its processes are this machine's own.
 *
 * @throws {RehearsalError} when the stack isn't up
 */
export function visitedHere(options: Options): Visited {
  const place = placeIn(options);
  const ledger = () => Ledger.openOrFail(place);
  const { logs } = ledger().place;
  return {
    journal: new FileJournal(journalFolder(logs), userLock(place, "rollout.lock")),
    processes: async () => processesOf(ledger()).map(({ record: _, ...process }) => process),
    logs: (query: LogQuery, tell: (lines: WrittenLine[]) => void) => readLogs(logs, query, tell),
    secrets: async () => secretsIn(ledger()),
    run: async (errand, hear, signal) => run(callOf(errand, ledger()), hear, signal),
    converse: async (errand) => converse(callOf(errand, ledger())),
  };
}

/** Those that the running processes have in their environment. */
function secretsIn(ledger: Ledger): string[] {
  return processesOf(ledger)
    .filter(({ state }) => state === "running")
    .flatMap((process) => secretsOf(surroundingsOf(process, ledger).env));
}

interface Call {
  words: [string, ...string[]];
  env: Record<string, string>;
  cwd: string;
}

function callOf(errand: Errand, ledger: Ledger): Call {
  const { env, cwd } = surroundingsOf(hereOf("in" in errand ? errand.in : errand.beside, ledger), ledger);
  const terminal = { TERM: process.env.TERM ?? "dumb" };
  if ("in" in errand) {
    const [program = "", ...words] = errand.command;
    return { words: [program, ...words], env: { ...env, ...terminal }, cwd };
  }
  const login = loginTo(errand.store, env);
  const [client = "", ...words] = login.words;
  const all: Call["words"] = [clientAt(client), ...words, ...errand.words];
  const { PATH = "", HOME = "" } = process.env;
  return { words: all, env: { ...env, PATH, HOME, ...terminal, ...login.env }, cwd };
}

function hereOf({ process, server }: AppProcess, ledger: Ledger): FoundProcess {
  const found = processesOf(ledger).find((each) => each.process === process && each.server === server);
  return given(found, `${process} on ${server}`);
}

/** Debian keeps psql beside its server's programs, too. */
function clientAt(name: string): string {
  const { postgres, redis } = findPrograms();
  const folders = [...(process.env.PATH ?? "").split(delimiter), dirname(postgres), dirname(redis)];
  const found = folders.map((folder) => join(folder, name)).find(isProgram);
  if (found === undefined) throw new UserError(`there is no ${name} on this machine`);
  return found;
}

async function run(call: Call, hear: Hear, signal: AbortSignal): Promise<number> {
  const child = started(call, ["inherit", "pipe", "pipe"], signal);
  child.stdout?.on("data", (bytes: Buffer) => hear(bytes, "stdout"));
  child.stderr?.on("data", (bytes: Buffer) => hear(bytes, "stderr"));
  return codeOf(child, (line) => hear(Buffer.from(line), "stderr"));
}

/** Ctrl-C is for the command, which is in the terminal's foreground, too: this process waits for what it makes of it. */
async function converse(call: Call): Promise<number> {
  const wait = () => {};
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, wait);
  try {
    return await codeOf(started(call, "inherit"), (line) => process.stderr.write(line));
  } finally {
    for (const signal of ["SIGINT", "SIGQUIT"] as const) process.removeListener(signal, wait);
  }
}

function started({ words: [program, ...words], env, cwd }: Call, stdio: StdioOptions, signal?: AbortSignal) {
  return spawn(program, words, { env, cwd, stdio, signal, killSignal: "SIGTERM" });
}

/** As a shell tells it: of one that a signal ended 128 and the signal's number. */
function codeOf(child: ReturnType<typeof spawn>, say: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") return reject(error);
      say(`${child.spawnfile}: not found\n`);
      resolve(NOT_FOUND);
    });
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? system.signals[signal] : 0)));
  });
}
