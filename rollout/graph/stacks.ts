import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isStackName } from "../core/stack-name.ts";

/** The stacks that a project has a file of (`Pulumi.<stack>.yaml`), by name. @param folder where these files are */
export function stacksOf(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter(isStackName)
    .filter((stack) => existsSync(join(folder, `Pulumi.${stack}.yaml`)))
    .toSorted();
}
