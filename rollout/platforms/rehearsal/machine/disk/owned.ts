import { spawnSync } from "node:child_process";
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, mkdirSync, openSync } from "node:fs";
import { RehearsalError } from "../errors.ts";
import { writeAtomically } from "../files.ts";

/** Who a folder or a file is to belong to, where root makes it for somebody else. */
export type Owner = { uid: number; gid: number } | undefined;

/**
 * A folder that only its owner may enter.
 *
 * @throws {RehearsalError} when a link or somebody else's folder is in its place: root would give that away
 */
export function makePrivateFolder(folder: string, owner: Owner): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!owner) return;
  const handle = opened(folder);
  try {
    const { uid } = fstatSync(handle);
    if (uid !== owner.uid && uid !== process.getuid?.()) throw notOurs(folder);
    fchownSync(handle, owner.uid, owner.gid);
    fchmodSync(handle, 0o700);
  } finally {
    closeSync(handle);
  }
}

function opened(folder: string): number {
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    throw notOurs(folder);
  }
}

function notOurs(folder: string): RehearsalError {
  return new RehearsalError(`${folder} isn't a folder of the rehearsal's own: remove it and try again`);
}

const WRITE = 'umask 077 && cat >"$1.$$.draft" && mv -f -- "$1.$$.draft" "$1"';

/**
 * Writes a file that only its owner reads, whole or not at all. Into its owner's folder it is written by the owner: root
 * would follow the links that are there.
 */
export function writeOwned(file: string, text: string, owner: Owner): void {
  if (!owner) {
    writeAtomically(file, text, 0o600);
    return;
  }
  const { status, stderr } = spawnSync("/bin/sh", ["-c", WRITE, "sh", file], {
    ...owner,
    input: text,
    cwd: "/",
    encoding: "utf8",
  });
  if (status !== 0) throw new RehearsalError(`${file} can't be written: ${stderr.trim()}`);
}
