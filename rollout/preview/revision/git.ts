import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs git in a folder. @returns what it says, without the white space around it */
export type Git = (...args: string[]) => Promise<string>;

export function gitIn(folder: string): Git {
  return async (...args) => (await run("git", ["-C", folder, ...args])).stdout.trim();
}

/** The commit that a revision names, whole. @throws when the repository has no such revision */
export function commitOf(git: Git, revision: string): Promise<string> {
  return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
}

/** Where the folder is in its repository: empty at the top, else with a / at the end. @throws outside of one */
export function prefixOf(git: Git): Promise<string> {
  return git("rev-parse", "--show-prefix");
}

/** Checks a commit out into a folder, beside the working tree. */
export async function addWorktree(git: Git, folder: string, commit: string): Promise<void> {
  await git("worktree", "add", "--detach", "--quiet", "--force", folder, commit);
}

/** The nearest file or folder of a name, from a folder upwards: as Node looks for packages. */
export function nearest(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, name);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return undefined;
  }
}
