import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { member } from "../../../../infra/sure.ts";
import { RehearsalError } from "../machine/errors.ts";
import { type Kept, newPassword } from "./passwords.ts";

/** What the app is given to keep to itself, as the rehearsal has it. */
export interface SecretsHere {
  /** The texts by the variable's name. */
  texts: Record<string, string>;
  /** Another one where a text is another; it tells nothing of the texts. */
  version: string;
}

/** Where a team that wants real ones writes them: in the project's folder, ignored by git. */
export function secretsFile(stack: string): string {
  return `.secrets.${stack}.env`;
}

/**
 * The app's secrets for this machine: from the file where it has them, else harmless ones, which stay while the stack is up.
 *
 * @param names the variables' names
 * @param kept what the rehearsal keeps to itself, and where it is put
 * @param say told once which came from where; never a text
 * @throws {RehearsalError} when the file has one of several lines, for which an environment file has no place
 */
export function appSecrets(
  names: readonly string[],
  {
    projectDir,
    stack,
    kept,
    say,
  }: { projectDir: string; stack: string; kept: Kept; say(line: string): void },
): SecretsHere {
  const file = secretsFile(stack);
  const given = readFile(join(projectDir, file));
  const texts = Object.fromEntries(
    names.map((name) => [
      name,
      given[name] ?? kept.of(`app.secrets.${name}`, () => `rehearsal-${newPassword(32)}`),
    ]),
  );
  const wrong = names.filter((name) => /[\r\n]/.test(member(texts, name)));
  if (wrong.length > 0) {
    throw new RehearsalError(
      `${file}: ${wrong.join(", ")}: must be one line; a key of several goes in base64`,
    );
  }
  tell(names, given, file, say);
  const salt = kept.of("app.secrets", () => newPassword(32));
  const version = createHmac("sha256", salt).update(JSON.stringify(texts)).digest("hex").slice(0, 12);
  return { texts, version };
}

function tell(
  names: readonly string[],
  given: Record<string, string>,
  file: string,
  say: (line: string) => void,
) {
  const [real, made] = [names.filter((name) => name in given), names.filter((name) => !(name in given))];
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (real.length > 0) say(`secrets: ${real.join(", ")} from ${file}`);
  if (made.length > 0)
    say(`secrets: ${made.join(", ")} made up; for real ones write NAME=value into ${file}`);
  if (unknown.length > 0) say(`${file}: rollout:app.secrets has no ${unknown.join(", ")}`);
}

function readFile(path: string): Record<string, string> {
  return existsSync(path) ? (parseEnv(readFileSync(path, "utf8")) as Record<string, string>) : {};
}
