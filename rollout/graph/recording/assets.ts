import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Asset } from "../model.ts";
import type { Tokens } from "../tokens.ts";
import { isArchive, isObject, type Wire } from "./wire.ts";

/**
 * What identifies an asset or archive: the SHA-256 of its content. A folder's is that of its files' relative paths and
 * digests, in order; a remote one's is that of its address, since nothing is fetched.
 *
 * @param projectDir where relative paths start
 */
export function digestOf(wire: { [key: string]: Wire }, projectDir: string, tokens: Tokens): Asset {
  const archive = isArchive(wire);
  if (typeof wire.text === "string") {
    return { $asset: { kind: "text", sha256: sha256(JSON.stringify(tokens.split(wire.text))) } };
  }
  if (typeof wire.path === "string") {
    const path = resolve(projectDir, wire.path);
    return {
      $asset: {
        kind: archive ? "archive" : "file",
        path: relative(projectDir, path).replaceAll("\\", "/"),
        sha256: contentOf(path),
      },
    };
  }
  if (isObject(wire.assets)) {
    const parts = Object.entries(wire.assets)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, digestOf(part as { [key: string]: Wire }, projectDir, tokens)]);
    return { $asset: { kind: "archive", sha256: sha256(JSON.stringify(parts)) } };
  }
  return {
    $asset: { kind: archive ? "archive" : "file", sha256: sha256(String(wire.uri)), path: String(wire.uri) },
  };
}

function contentOf(path: string): string {
  if (!statSync(path).isDirectory()) return sha256(readFileSync(path));
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
  return sha256(files.map((file) => `${file} ${sha256(readFileSync(join(path, file)))}\n`).join(""));
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
