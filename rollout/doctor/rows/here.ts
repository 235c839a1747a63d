import { join } from "node:path";
import { type Finding, fail, pass, unknown } from "../../check/finding.ts";
import type { Workplace } from "../machine.ts";
import type { Patient } from "../row.ts";
import { isOlder } from "../version.ts";

/** @param range such as `>=22.18`, of package.json's `engines` */
export function lookAtNode({ machine }: Patient, range: string): Finding {
  const wanted = range.replace(/^>=\s*/, "");
  if (!isOlder(machine.node, wanted)) return pass(machine.node);
  return fail(`${machine.node}, and ${wanted} is the oldest that does`, "npm ci");
}

/** npm writes down in node_modules what it has installed. */
export function lookAtPackages({ machine }: Patient): Finding {
  const asked = lockedIn(machine, "package-lock.json");
  const there = lockedIn(machine, "node_modules/.package-lock.json");
  if (there === undefined) return fail("none are installed in this project", "npm ci");
  // What is optional may be another system's.
  const wanted = Object.entries(asked ?? {}).filter(([path, { optional }]) => path !== "" && !optional);
  const others = wanted.filter(([path, { version }]) => there[path]?.version !== version);
  if (others.length === 0) return pass("as package-lock.json says");
  return fail(`${others.length} aren't those of package-lock.json`, "npm ci");
}

type Locked = Record<string, { version?: string; optional?: boolean }>;

/** By their paths. Undefined: there is no such file. */
function lockedIn(machine: Workplace, name: string): Locked | undefined {
  const text = machine.read(join(machine.folder, name));
  return text === undefined ? undefined : (JSON.parse(text).packages ?? {});
}

/** A preview compares with a commit. */
export async function lookAtGit({ machine }: Patient): Promise<Finding> {
  const told = await machine.run("git", ["-C", machine.folder, "rev-parse", "--short", "HEAD"]);
  if (told === undefined)
    return fail(
      "git isn't on the PATH",
      machine.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install -y git",
    );
  if (told.code === 0) return pass(`at ${told.said.trim()}`);
  return fail("no commit to compare with", 'git init && git add -A && git commit -m "Begin"');
}

/** Docker builds the images that no track names. */
export async function lookAtDocker({ machine, settings }: Patient): Promise<Finding> {
  const builds = settings?.tracks.filter(({ source }) => "build" in source).map(({ name }) => name);
  if (builds?.length === 0) return pass("not needed: every track has its image");
  const told = await machine.run("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (told?.code === 0) return pass(told.said.trim());
  const why = builds ? ` (it builds the image of ${builds.join(" and ")})` : "";
  if (told === undefined)
    return fail(
      `it isn't on the PATH${why}`,
      "install it: https://docs.docker.com/engine/install/, or name an image: rollout:tracks.<name>.image",
    );
  return fail(
    `its daemon doesn't answer${why}`,
    machine.platform === "darwin" ? "open -a Docker" : "sudo systemctl start docker",
  );
}

export function lookAtServer({ machine, settings }: Patient, name: string): Finding {
  const major = settings && String(settings.database.version);
  const found = machine.servers(major).find(({ program }) => program === name);
  if (found?.file) return pass(found.file);
  return found ? fail("not found", found.install) : unknown("nobody looked", "");
}
