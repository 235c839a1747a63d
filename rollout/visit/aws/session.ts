import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { shellWord } from "../../../infra/host/shell-word.ts";
import { UserError } from "../../errors.ts";
import { isProgram } from "../../is-program.ts";

/** Session Manager's document that runs one command with a terminal (Systems Manager User Guide, "Start a session"). */
export const SESSION_DOCUMENT = "AWS-StartInteractiveCommand";

const NEEDED = {
  aws: "AWS's CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  "session-manager-plugin":
    "its plugin: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
};

export interface Session {
  region: string;
  server: string;
  /** For bash, as root. */
  script: string;
  /** Kept by AWS with the session. */
  reason: string;
}

/**
 * Gives the terminal to a command on a server, by AWS's CLI and its plugin: no library speaks the protocol of sessions.
 *
 * @returns the plugin's exit code; the command's own doesn't come back
 * @throws {UserError} when one of them isn't installed
 */
export async function converseOn({ region, server, script, reason }: Session): Promise<number> {
  const missing = Object.entries(NEEDED).filter(([program]) => !isOnPath(program));
  if (missing.length > 0)
    throw new UserError(
      `a session needs ${missing.map(([name, what]) => `${name} on the PATH (${what})`).join(" and ")}`,
    );
  // Sessions are of ssm-user, who may become root without a password.
  const parameters = JSON.stringify({ command: [`sudo bash -c ${shellWord(script)}`] });
  const words = [
    ...["ssm", "start-session", "--region", region, "--target", server, "--reason", reason],
    ...["--document-name", SESSION_DOCUMENT, "--parameters", parameters],
  ];
  const wait = () => {};
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, wait);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn("aws", words, { stdio: "inherit" });
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of ["SIGINT", "SIGQUIT"] as const) process.removeListener(signal, wait);
  }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isProgram(join(folder, program)));
}
