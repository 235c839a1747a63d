import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { addWorktree, commitOf, gitIn, nearest, prefixOf } from "../../../preview/revision/git.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { Place } from "../machine/state.ts";
import type { StackPlan, TrackPlan } from "../plan/describe.ts";

/** In the stack's folder; it goes with the rehearsal. */
const REVISIONS = "revisions";
/** What a version installs and git doesn't keep: those of the working tree are lent to it. */
const LENT = ["node_modules", ".venv", "venv"];

/**
 * The plan with the folders of those tracks that are to run a git revision: each is checked out as a worktree of its own, and
 * a branch that has moved since makes another version.
 *
 * @throws {RehearsalError} when there is no such revision
 */
export async function withRevisions(
  plan: StackPlan,
  { folder }: Pick<Place, "folder">,
  projectDir: string,
): Promise<StackPlan> {
  const tracks: TrackPlan[] = [];
  // One after the other: git locks its list of worktrees.
  for (const track of plan.tracks) {
    const { revision } = track;
    if (revision === undefined) tracks.push(track);
    else {
      const out = await checkedOut(track.name, revision, resolve(projectDir, track.folder), folder);
      const version = createHash("sha256")
        .update(`${track.version} ${out.commit}`)
        .digest("hex")
        .slice(0, 12);
      tracks.push({ ...track, folder: out.folder, version });
    }
  }
  return { ...plan, tracks };
}

async function checkedOut(
  track: string,
  revision: string,
  from: string,
  stackFolder: string,
): Promise<{ folder: string; commit: string }> {
  const git = gitIn(from);
  const refused = (why: string) => () => {
    throw new RehearsalError(`rollout:rehearsal.tracks.${track}.revision: ${why}`);
  };
  const prefix = await prefixOf(git).catch(refused(`${from} is in no git repository`));
  const commit = await commitOf(git, revision).catch(
    refused(`there is no revision ${revision} in the repository of ${from}; git fetch may bring it`),
  );
  const root = join(stackFolder, REVISIONS, commit.slice(0, 12));
  const folder = join(root, prefix);
  if (existsSync(join(root, ".git"))) return { folder, commit };
  mkdirSync(dirname(root), { recursive: true });
  rmSync(root, { recursive: true, force: true });
  // Those that went with an earlier rehearsal.
  await git("worktree", "prune");
  await addWorktree(git, root, commit);
  if (!existsSync(folder)) refused(`at ${revision} there is no folder ${prefix}`)();
  for (const name of LENT) {
    const own = nearest(from, name);
    if (own !== undefined && !existsSync(join(folder, name))) symlinkSync(own, join(folder, name));
  }
  return { folder, commit };
}
