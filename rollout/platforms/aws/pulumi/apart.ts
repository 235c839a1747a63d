import { spawn } from "node:child_process";
import { dirname, isAbsolute } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

/** What the Automation API hands to its CLI. Source: automation/cmd.ts of pulumi/pulumi, `PulumiCommand.run`. */
type Run = (
  words: string[],
  folder: string,
  env: NodeJS.ProcessEnv,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<CommandResult>;

interface CommandResult {
  stdout: string;
  stderr: string;
  code: number;
}

/** As the Automation API's own, which nobody else can make. */
class PulumiFailed extends Error {
  override name = "CommandError";
  readonly commandResult: CommandResult;
  constructor(result: CommandResult) {
    super(`code: ${result.code}\n stdout: ${result.stdout}\n stderr: ${result.stderr}\n`);
    this.commandResult = result;
  }
}

/**
 * The same CLI, whose updates run in a session of their own. Ctrl-C in a terminal, and `timeout`, signal whole groups of
 * processes; Pulumi would hear it from them and from us, and takes a second signal for "at once, whatever is half done".
 *
 * @param insisted ends an update at once
 */
export function apart(command: PulumiCommand, insisted: () => AbortSignal | undefined): PulumiCommand {
  const usual = (command as PulumiCommand & { run: Run }).run.bind(command);
  const run: Run = (words, folder, env, onOutput, onError, signal) =>
    signal
      ? runApart(command.command, { words, folder, env, onOutput, onError, signals: [signal, insisted()] })
      : usual(words, folder, env, onOutput, onError);
  return Object.assign(command, { run });
}

interface Apart {
  words: string[];
  folder: string;
  env: NodeJS.ProcessEnv;
  onOutput: ((text: string) => void) | undefined;
  onError: ((text: string) => void) | undefined;
  /** Each is passed on as one SIGINT. */
  signals: readonly (AbortSignal | undefined)[];
}

function runApart(program: string, { words, folder, env, onOutput, onError, signals }: Apart) {
  const path = isAbsolute(program) ? `${dirname(program)}:${env.PATH ?? process.env.PATH}` : env.PATH;
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const child = spawn(program, [...words, "--non-interactive"], {
    cwd: folder,
    env: { ...process.env, ...env, ...(path && { PATH: path }), PULUMI_AUTOMATION_API: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.stdout += text;
    onOutput?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
    onError?.(text);
  });
  for (const signal of signals) signal?.addEventListener("abort", () => child.kill("SIGINT"));
  child.on("error", ({ message }) => reject(new PulumiFailed({ ...said, stderr: message, code: -2 })));
  child.on("close", (code) => {
    const result = { ...said, code: code ?? -2 };
    if (code === 0) resolve(result);
    else reject(new PulumiFailed(result));
  });
  return promise;
}
