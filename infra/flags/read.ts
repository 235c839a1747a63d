import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { projectFolder } from "../project-folder.ts";
import { type FlagDocument, flagDocument } from "./document.ts";
import { FlagsError, parseFlags } from "./parse.ts";

/**
 * The flags of a stack, from `flags.<stack>.yaml` at the top of the project, ready for AppConfig.
 *
 * @throws {pulumi.RunError} with every mistake. A file that isn't there is one: to take it for no flags would switch all
 *   of them off when it is renamed
 */
export function readFlags(stack: string): FlagDocument {
  const file = `flags.${stack}.yaml`;
  try {
    return flagDocument(parseFlags(file, readFileSync(join(projectFolder(), file), "utf8")));
  } catch (error) {
    if (error instanceof FlagsError) throw new pulumi.RunError(error.message);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new pulumi.RunError(`${file} is missing: a stack without flags has one that says "flags: {}"`);
    }
    throw error;
  }
}
