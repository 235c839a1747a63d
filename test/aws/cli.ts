import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** AWS's CLI, the first of version 2 on the PATH: version 1 has no `logs tail`. Undefined: there is none. */
export const awsCli = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "aws"))
  .find((file) => existsSync(file) && spawnSync(file, ["--version"]).stdout?.includes("aws-cli/2."));

/** What it answers, as JSON. @throws with what it said, when it fails */
export function aws(endpoint: string, ...words: string[]) {
  const said = execFileSync(awsCli!, ["--endpoint-url", endpoint, ...words, "--output", "json"], {
    encoding: "utf8",
  });
  return said && JSON.parse(said);
}
