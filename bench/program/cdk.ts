import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./measure.ts";

/**
 * A stack of the same shape in AWS CDK, synthesised. Its packages are no part of the project: they are installed the
 * first time, into its own folder.
 *
 * @returns undefined when they can't be installed, such as without a network
 */
export function cdkSynth(root: string): Command | undefined {
  const folder = join(root, "bench", "peers", "cdk");
  if (!existsSync(join(folder, "node_modules", "aws-cdk-lib"))) {
    const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--silent"];
    const { status } = spawnSync("npm", ["install", ...flags], { cwd: folder, stdio: ["ignore", 2, 2] });
    if (status !== 0) return undefined;
  }
  return { args: [process.execPath, "app.ts", join(root, ".cache", "bench-cdk")], cwd: folder };
}
