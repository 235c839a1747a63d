import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

/**
 * The Pulumi CLI: the one of the PATH; without one the newest that `npx pulumi` has brought, which leaves them in Pulumi's
 * home (its npm package, "Cache location").
 *
 * @throws {Error} of the Automation API where there is none, or it is too old
 */
export async function pulumiCommand(env: NodeJS.ProcessEnv = process.env): Promise<PulumiCommand> {
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  try {
    return await PulumiCommand.get();
  } catch (error) {
    const root = newestBrought(join(env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "versions"));
    if (root === undefined) throw error;
    return PulumiCommand.get({ root });
  }
}

/** By its version's numbers. */
export function newestBrought(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const versions = readdirSync(folder).filter((name) => existsSync(join(folder, name, "bin/pulumi")));
  const [newest] = versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
  return newest && join(folder, newest);
}
