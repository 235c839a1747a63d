import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the shop's server finds in its folder, as `release.json`. */
export interface Release {
  name: string;
  /** HTML that names its parts. */
  page: string;
}

/** What a page loads at once; `later` is loaded when it is needed. */
const PARTS = ["main", "vendor", "style"];

/** Parts are of this many bytes: what a browser gets of a small page. */
const PART_BYTES = 8192;

/**
 * Writes a release as a bundler leaves it: a page, and its parts under names that change with what is in them.
 *
 * @returns the folder to run the server in
 */
export function writeRelease(parent: string, name: string): string {
  const folder = join(parent, name);
  const assets = join(folder, "dist/assets");
  mkdirSync(assets, { recursive: true });
  const [main, vendor, style, later] = [...PARTS, "later"].map((part) => {
    const text = `/* ${part} of ${name} */\n`.padEnd(PART_BYTES, "x");
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
    const file = `${part}-${digest}.${part === "style" ? "css" : "js"}`;
    writeFileSync(join(assets, file), text);
    return `/assets/${file}`;
  });
  const page = `<!doctype html><html lang="en" data-release="${name}" data-later="${later}"><title>${name}</title>
<link rel="stylesheet" href="${style}"><script src="${vendor}"></script><script src="${main}"></script></html>`;
  writeFileSync(join(folder, "release.json"), JSON.stringify({ name, page } satisfies Release));
  return folder;
}

/** Half of what a broken release is asked for its prices fails. */
export function breakRelease(folder: string, broken: boolean): void {
  if (broken) writeFileSync(join(folder, "broken"), "");
  else rmSync(join(folder, "broken"), { force: true });
}
