import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import type { Weights } from "../core/weights.ts";
import { UserError } from "../errors.ts";

/** The project as it is, but with a stack's config of its own. */
export interface ProjectCopy {
  /** Stands in for the project's folder: everything in it is a link, except the stack's config. */
  folder: string;
  /** Writes the weights into the copy, as `pulumi config set --path` would into the original. */
  setWeights(split: Weights): void;
  remove(): void;
}

/**
 * Makes a copy of a stack's config that may be changed while the user's own stays as it is.
 *
 * @throws {UserError} when there is no such stack
 */
export function copyProject(projectDir: string, stack: string): ProjectCopy {
  const configFile = `Pulumi.${stack}.yaml`;
  const names = readdirSync(projectDir);
  if (!names.includes(configFile)) throw new UserError(`no stack "${stack}": there is no ${configFile}`);
  const config = parseDocument(readFileSync(join(projectDir, configFile), "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "rollout-tour-"));
  const write = () => writeFileSync(join(folder, configFile), config.toString());
  for (const name of names) {
    if (name !== configFile) symlinkSync(resolve(projectDir, name), join(folder, name));
  }
  for (const path of pathsIn(config)) {
    config.setIn(path, resolve(projectDir, String(config.getIn(path))));
  }
  write();
  return {
    folder,
    setWeights(split) {
      for (const [track, weight] of Object.entries(split)) {
        const path = ["config", "rollout:tracks", track];
        if (!isMap(config.getIn(path))) throw new UserError(`${configFile}: ${path.join(".")} is not a map`);
        config.setIn([...path, "weight"], weight);
      }
      write();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Where the config names folders that are beside the project, which the copy isn't. */
function pathsIn(config: Document): string[][] {
  const rehearsal = ["config", "rollout:rehearsal"];
  const tracks = (path: string[], key: string) => {
    const all = config.getIn(path);
    return isMap(all) ? all.items.map((item) => [...path, String(item.key), key]) : [];
  };
  const paths = [
    [...rehearsal, "folder"],
    ...tracks([...rehearsal, "tracks"], "folder"),
    ...tracks(["config", "rollout:tracks"], "build"),
  ];
  return paths.filter((path) => config.hasIn(path) && String(config.getIn(path)).startsWith(".."));
}
