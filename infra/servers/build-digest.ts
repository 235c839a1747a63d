import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A file of a build folder; its path is relative to the folder, with forward slashes. */
export interface BuildFile {
  path: string;
  content: Uint8Array;
}

/** A digest of names and contents, whatever the order: 64 hex digits. */
export function digestOf(files: readonly BuildFile[]): string {
  const hash = createHash("sha256");
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${file.path}\0${file.content.length}\0`).update(file.content);
  }
  return hash.digest("hex");
}

/**
 * What a build reads, less what differs from one clone to the next without meaning anything: installed packages and
 * hidden files, save .dockerignore, which decides what the builder sees.
 */
export function buildFiles(folder: string): BuildFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry;
    if (name === "node_modules" || (name.startsWith(".") && name !== ".dockerignore")) return [];
    const full = path.join(folder, name);
    if (entry.isFile()) return [{ path: name, content: readFileSync(full) }];
    if (!entry.isDirectory()) return [];
    return buildFiles(full).map((file) => ({ ...file, path: `${name}/${file.path}` }));
  });
}
