import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { UserError } from "../errors.ts";
import { differences, type FlagDifference, type FlagMap } from "./changes.ts";

/** Who changed which flags, when and to what. */
export interface HistoryEntry {
  /** ISO 8601; null for what isn't committed yet. */
  at: string | null;
  /** The author; null where nobody is known. */
  by: string | null;
  /** The commit's short id and subject, or AppConfig's version and description. */
  what: string;
  flags: FlagDifference[];
}

/**
 * The history of a stack's flags by the commits of its file, the latest first; what isn't committed comes before all.
 * A version of the file that isn't YAML counts as the one before it.
 *
 * @throws {UserError} when the project isn't in a git repository
 */
export async function gitHistory(projectDir: string, file: string): Promise<HistoryEntry[]> {
  const log = await git(projectDir, "log", "--format=%H%x00%h%x00%an%x00%aI%x00%s", "--reverse", "--", file);
  const entries: HistoryEntry[] = [];
  let before: FlagMap = {};
  const step = (entry: Omit<HistoryEntry, "flags">, text: string) => {
    const after = flagsIn(text) ?? before;
    const flags = differences(before, after);
    if (flags.length > 0) entries.unshift({ ...entry, flags });
    before = after;
  };
  for (const line of log.split("\n").filter(Boolean)) {
    const [hash, short, by, at, subject] = line.split("\0") as [string, string, string, string, string];
    // `./` makes the path the folder's own, wherever in the repository that is; a commit that removes the file has none.
    const text = await git(projectDir, "show", `${hash}:./${file}`).catch(() => "flags: {}");
    step({ at, by, what: `${short} ${subject}` }, text);
  }
  const path = join(projectDir, file);
  if (existsSync(path)) step({ at: null, by: null, what: "not committed yet" }, readFileSync(path, "utf8"));
  return entries;
}

function flagsIn(text: string): FlagMap | undefined {
  try {
    return ((parse(text) as { flags?: FlagMap } | null)?.flags ?? {}) as FlagMap;
  } catch {
    return undefined;
  }
}

const run = promisify(execFile);

async function git(cwd: string, ...words: string[]): Promise<string> {
  try {
    return (await run("git", words, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    throw new UserError(`the history can't be read from git: ${stderr.trim() || message}`);
  }
}
