import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/**
 * The folder of this package, where what comes with it is: not the user's project, which may have it installed. Compiled
 * it is a folder deeper than its source, so it is looked for by what is in it.
 */
export const PACKAGE_FOLDER = folderAbove(import.meta.dirname);

/** What is worked out once and kept between runs. Where the package is installed, it is npm's place for such things. */
export const CACHE_FOLDER = join(
  basename(dirname(PACKAGE_FOLDER)) === "node_modules"
    ? dirname(PACKAGE_FOLDER)
    : join(PACKAGE_FOLDER, "node_modules"),
  ".cache",
  "rollout",
);

/**
 * The file of a program of ours that is started by its path: TypeScript in the repository, JavaScript in the package.
 *
 * @param folder of whoever starts it (`import.meta.dirname`)
 * @param name without the ending, such as `recording/child`
 */
export function programFile(folder: string, name: string): string {
  return join(folder, name + extname(import.meta.filename));
}

function folderAbove(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, "bin", "rollout"))) return above;
    // A copy of the program alone has no command beside it.
    if (above === dirname(above)) return dirname(folder);
  }
}
