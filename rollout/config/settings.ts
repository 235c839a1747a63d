import { ConfigError, NAMESPACE, parseSettings } from "../../infra/settings/parse.ts";
import type { Settings } from "../../infra/settings/settled.ts";
import { UserError } from "../errors.ts";
import { readProject } from "../graph/project.ts";

/**
 * A stack's settings, read from its files and checked as the program checks them.
 *
 * @throws {UserError} with every mistake at once
 */
export function stackSettings(projectDir: string, stack: string): Settings {
  const { config } = readProject(projectDir, stack);
  const own = Object.entries(config).flatMap(([key, text]) =>
    key.startsWith(`${NAMESPACE}:`) ? [[key.slice(NAMESPACE.length + 1), plain(text)] as const] : [],
  );
  try {
    return parseSettings(stack, config["aws:region"], Object.fromEntries(own));
  } catch (error) {
    if (error instanceof ConfigError) throw new UserError(error.message);
    throw error;
  }
}

/** As the engine hands values over: structured ones as JSON; a plain word stays a word. */
function plain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
