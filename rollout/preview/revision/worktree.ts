import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { upTo } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import { addWorktree, commitOf, gitIn, nearest, prefixOf } from "./git.ts";
import { installPackages } from "./packages.ts";

/** A revision's files in a folder of their own. */
export interface Worktree {
  /** Where the project is in it. */
  projectDir: string;
  /** Whether its packages are the working tree's. */
  borrowed: boolean;
  remove(): Promise<void>;
}

/**
 * Checks a revision out beside the repository, which stays as it is.
 *
 * @param install install the packages that the revision locks, in place of borrowing the working tree's
 *
 * @throws {UserError} when there is no repository, no such revision, or no project in it
 */
export async function checkOut(
  projectDir: string,
  revision: string,
  { install = false } = {},
): Promise<Worktree> {
  const git = gitIn(projectDir);
  const prefix = await prefixOf(git).catch((error) => {
    throw new UserError(
      `--base compares with a git revision, but ${projectDir} is in no git repository (${firstLine(error)})`,
    );
  });
  const commit = await commitOf(git, revision).catch(() => {
    const hint = /\.json$/.test(revision)
      ? "nor is there a file of that name"
      : "git fetch may bring it (in GitHub Actions: actions/checkout with fetch-depth: 0)";
    throw new UserError(`--base: there is no revision "${revision}" in this repository; ${hint}`);
  });
  const folder = mkdtempSync(join(tmpdir(), "rollout-base-"));
  const remove = async () => {
    await git("worktree", "remove", "--force", folder).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await addWorktree(git, folder, commit);
    const base = join(folder, prefix);
    if (!existsSync(join(base, "Pulumi.yaml"))) {
      throw new UserError(
        `--base: at ${revision} there is no Pulumi.yaml in ${prefix || "the repository's root"}`,
      );
    }
    if (install) await installPackages(base, revision);
    const packages = nearest(projectDir, "node_modules");
    const borrowed = packages !== undefined && !existsSync(join(base, "node_modules"));
    if (borrowed) symlinkSync(packages, join(base, "node_modules"));
    return { projectDir: base, borrowed, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function firstLine(error: unknown): string {
  return upTo(String((error as { stderr?: string }).stderr ?? error), "\n");
}
