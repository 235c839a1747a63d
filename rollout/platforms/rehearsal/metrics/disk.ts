import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Bytes on disk under a folder. What goes away meanwhile counts for nothing. */
export function bytesUnder(folder: string): number {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      sum += entry.isDirectory() ? bytesUnder(path) : bytesOf(path);
    }
  } catch {
    return sum;
  }
  return sum;
}

/** Bytes of the files beside each other whose names begin alike, such as a server's logs. */
export function bytesBeginning(prefix: string): number {
  const folder = dirname(prefix);
  return readdirSync(folder)
    .filter((name) => name.startsWith(basename(prefix)))
    .reduce((sum, name) => sum + bytesOf(join(folder, name)), 0);
}

function bytesOf(file: string): number {
  try {
    return lstatSync(file).blocks * 512;
  } catch {
    return 0;
  }
}
