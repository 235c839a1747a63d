import { isAbsolute } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * The folder of Pulumi.yaml, where a team's own files are: flags, the folder of its Dockerfile. Not beside this program, which
 * may be linked or installed from elsewhere.
 */
export function projectFolder(): string {
  const told = pulumi.getRootDirectory();
  // What doesn't tell it runs the program in that folder.
  return isAbsolute(told) ? told : process.cwd();
}
