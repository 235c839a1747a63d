import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a whole file or nothing: a reader, or whoever comes after a crash, never sees half of it. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

/** Writes a file and the folders above it. */
export function writeIn(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

/** @returns undefined when there is no such file */
export function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Gives what a file says now, which is read again only when it is another. */
export function currentOf<T>(file: string, read: () => T): () => T {
  let current: { of: string; value: T } | undefined;
  return () => {
    const { ino, mtimeMs } = statSync(file);
    const of = `${ino} ${mtimeMs}`;
    if (current?.of !== of) current = { of, value: read() };
    return current.value;
  };
}

/** The last lines of a log, for an error message; empty when there is no log. */
export function lastLines(file: string, count = 12, from = 0): string {
  try {
    return readFileSync(file).subarray(from).toString("utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}
