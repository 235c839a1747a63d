import { ConfigError, settingsOf } from "../../infra/settings/parse.ts";
import type { Settings } from "../../infra/settings/settled.ts";
import { UserError } from "../errors.ts";
import { readProject } from "../graph/project.ts";

/**
 * A stack's settings, read from its files and checked as the program checks them.
 *
 * @throws {UserError} with every mistake at once
 */
export function stackSettings(projectDir: string, stack: string): Settings {
  const { name, config, secretKeys: keys, stackFile: file } = readProject(projectDir, stack);
  try {
    return settingsOf(stack, config, { keys, file }, name);
  } catch (error) {
    if (error instanceof ConfigError) throw new UserError(error.message);
    throw error;
  }
}
