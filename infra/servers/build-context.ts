import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import docker from "@balena/dockerignore";

const { default: dockerignore } = docker;

/** What the builder gets of a file; its path is relative to the build folder, with forward slashes. */
export interface BuildFile {
  path: string;
  /** As git keeps modes: of all the bits only whether the file can be run. */
  kind: "file" | "executable" | "link";
  /** A link's is where it points. */
  content: Uint8Array;
}

/** A digest of names, kinds and contents, whatever the order: 64 hex digits. */
export function contextDigest(files: readonly BuildFile[]): string {
  const hash = createHash("sha256");
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`${file.path}\0${file.kind}\0${file.content.length}\0`).update(file.content);
  return hash.digest("hex");
}

/**
 * The files of a build folder that the builder gets: the same from every clone of the same sources. Left out is what
 * .dockerignore leaves out, as Docker reads it, and what git ignores, because that differs from clone to clone. What
 * an exception of .dockerignore names (`!dist`) is in, although git ignores it.
 */
export function buildContext(folder: string): BuildFile[] {
  const ofDocker = dockerPatterns(folder);
  const named = dockerignore()
    .add("**")
    .add(ofDocker.filter((pattern) => pattern.startsWith("!")));
  const left = dockerignore().add(ofDocker);
  // Docker, too, always reads these two, whatever they themselves say.
  const always = new Set(["Dockerfile", ".dockerignore"]);
  const unversioned = gitIgnores(folder);
  const isIn = (name: string) =>
    always.has(name) || (!left.ignores(name) && (!unversioned(name) || !named.ignores(name)));
  const within = (inside: string): BuildFile[] =>
    readdirSync(path.join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === ".git" ? [] : within(name);
      return (entry.isFile() || entry.isSymbolicLink()) && isIn(name) ? [read(folder, name)] : [];
    });
  return within("");
}

function read(folder: string, name: string): BuildFile {
  const full = path.join(folder, name);
  const stat = lstatSync(full);
  if (stat.isSymbolicLink()) return { path: name, kind: "link", content: Buffer.from(readlinkSync(full)) };
  const kind = (stat.mode & 0o100) === 0 ? "file" : "executable";
  return { path: name, kind, content: readFileSync(full) };
}

function dockerPatterns(folder: string): string[] {
  const file = path.join(folder, ".dockerignore");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** What installs and runs leave behind where nothing else says so. */
const LEFT_BEHIND = ["**/node_modules", "**/__pycache__"];

/** Which files git ignores. Where it ignores the Dockerfile too, as in a copy within a cache, it isn't asked. */
function gitIgnores(folder: string): (name: string) => boolean {
  const leftBehind = dockerignore().add(LEFT_BEHIND);
  const ignored = ignoredByGit(folder);
  const files = new Set(ignored);
  const folders = ignored.filter((name) => name.endsWith("/"));
  if (files.has("./") || files.has("Dockerfile")) return (name) => leftBehind.ignores(name);
  return (name) =>
    files.has(name) || folders.some((each) => name.startsWith(each)) || leftBehind.ignores(name);
}

function ignoredByGit(folder: string): string[] {
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  try {
    const said = execFileSync("git", list, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 * 2 ** 20,
    });
    return said.split("\0").filter((name) => name !== "");
  } catch {
    // Not a clone, or no git: then nothing is known to be ignored.
    return [];
  }
}
