import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is in the file; nothing where there is none. */
export function textOf(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** The keys of a JSON file; none where it has none, or is none. */
export function jsonOf(folder: string, file: string): Record<string, Record<string, unknown> | undefined> {
  try {
    return JSON.parse(textOf(folder, file)) ?? {};
  } catch {
    return {};
  }
}
