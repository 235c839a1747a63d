import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
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
    // Next to this program, not to where it was started: the engine and the capture start it in different folders.
    return flagDocument(parseFlags(file, readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")));
  } catch (error) {
    if (error instanceof FlagsError) throw new pulumi.RunError(error.message);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new pulumi.RunError(`${file} is missing: a stack without flags has one that says "flags: {}"`);
    }
    throw error;
  }
}
