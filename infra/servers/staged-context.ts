import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { BuildFile } from "./build-context.ts";

/**
 * Puts the files that a build gets into a folder that is named by their digest, once, with file modes of its own. The
 * Docker provider computes its own hash of a build's folder, with the full modes and with files that git ignores. On
 * another machine the hash would differ: it would build again, and push under a tag that is taken (pulumi-docker,
 * provider/provider.go, hashContext). Of this folder it gets the same hash everywhere.
 *
 * @throws {pulumi.RunError} for a link that leads to nothing that the build gets: the provider can't read it
 */
export function stageContext(
  files: readonly BuildFile[],
  { folder, stage }: { folder: string; stage: string },
): void {
  if (existsSync(stage)) return;
  refuseLeadingOut(files, folder);
  // Another run may do the same at this moment: whoever is second finds it done.
  const made = `${stage}-${randomBytes(6).toString("hex")}`;
  for (const { path: name, kind, content } of files) {
    const full = path.join(made, name);
    mkdirSync(path.dirname(full), { recursive: true });
    if (kind === "link") symlinkSync(content.toString(), full);
    else {
      writeFileSync(full, content);
      chmodSync(full, kind === "executable" ? 0o755 : 0o644);
    }
  }
  try {
    renameSync(made, stage);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(stage)) throw error;
  }
}

function refuseLeadingOut(files: readonly BuildFile[], folder: string): void {
  const names = files.map(({ path: name }) => name);
  for (const { path: name, kind, content } of files) {
    if (kind !== "link") continue;
    const to = content.toString();
    const target = path.posix.join(path.posix.dirname(name), to);
    const isThere = names.some((each) => each === target || each.startsWith(`${target}/`));
    if (path.posix.isAbsolute(to) || !isThere)
      throw new pulumi.RunError(
        `${folder}/${name}: leads to ${to}, which isn't among the files of the build; make the link in the Dockerfile`,
      );
  }
}
