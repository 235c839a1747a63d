import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterLast } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import { count } from "../text.ts";

const run = promisify(execFile);
const LOCK = "package-lock.json";
const MOST_NAMED = 5;

/** What we read of package-lock.json, version 2 and later. */
interface Lock {
  packages?: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
}

/**
 * What to say when the base locks other packages than the working tree, with which both sides have run: what a package
 * does differently isn't in the comparison. Nothing when they lock the same, or one of them locks nothing.
 */
export function lockNote(base: string, head: string): string[] {
  const [old, now] = [lockIn(base), lockIn(head)];
  if (!old || !now) return [];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => name !== "");
  const changed = names.filter((name) => versionIn(old, name) !== versionIn(now, name));
  if (changed.length === 0) return [];
  const own = { ...old[""]?.dependencies, ...now[""]?.dependencies };
  // What the project names itself first: the others follow from it.
  const direct = changed.filter((name) => nameOf(name) in own).toSorted();
  const named = (direct.length > 0 ? direct : changed.toSorted()).slice(0, MOST_NAMED);
  const texts = named.map((name) => `${nameOf(name)} ${versionIn(old, name)} -> ${versionIn(now, name)}`);
  const more = changed.length - named.length;
  const list = [...texts, ...(more > 0 ? [count(more, "other")] : [])].join(", ");
  return [
    `${LOCK} differs (${list}), and the base has run with the working tree's packages: what a package does differently isn't seen here. --install runs it with its own.`,
  ];
}

/**
 * Installs the packages that a folder locks. Their install scripts aren't run: a capture needs none.
 *
 * @throws {UserError} when it locks none, or npm can't bring them
 */
export async function installPackages(folder: string, revision: string): Promise<void> {
  if (!existsSync(join(folder, LOCK)))
    throw new UserError(`--install: at ${revision} there is no ${LOCK} to install from`);
  const words = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", words, { cwd: folder }).catch((error: { stderr?: string; message: string }) => {
    const lines = (error.stderr || error.message).trim().split("\n").slice(0, 4).join("\n");
    throw new UserError(`--install: npm ci failed at ${revision}:\n${lines}`);
  });
}

/** Packages by their place, without those for development: no program runs with them. */
function lockIn(folder: string): Record<string, LockedPackage> | undefined {
  try {
    const { packages }: Lock = JSON.parse(readFileSync(join(folder, LOCK), "utf8"));
    return packages && Object.fromEntries(Object.entries(packages).filter(([, { dev }]) => !dev));
  } catch {
    return undefined;
  }
}

function versionIn(lock: Record<string, LockedPackage>, name: string): string {
  return lock[name]?.version ?? "none";
}

/** `node_modules/a/node_modules/@b/c`: `@b/c`. */
function nameOf(place: string): string {
  return afterLast(place, "node_modules/");
}
