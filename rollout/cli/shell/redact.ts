import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { isSecretName } from "../../../infra/settings/secrecy/names.ts";
import { Redactor } from "../../preview/redact.ts";
import { out } from "../out.ts";

export function register(program: Command): void {
  program
    .command("redact")
    .summary("take the secrets out of a text")
    .description(
      "Prints what it reads without the secrets in it: what looks like one, and the values of the environment's variables that are " +
        "called like one. For what is to be posted: an issue, a message.",
    )
    .addHelpText("after", "\nExample: pulumi preview --diff 2>&1 | rollout redact")
    .action(async () => out(redacted(await text(process.stdin), process.env)));
}

export function redacted(said: string, env: NodeJS.ProcessEnv): string {
  const known = Object.entries(env).flatMap(([name, value]) => (value && isSecretName(name) ? [value] : []));
  return new Redactor(known).text(said);
}
