import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { first } from "../../../../../infra/sure.ts";
import { RehearsalError } from "../errors.ts";

// What can't be in a stack's own folder is in one folder outside of it. That is data that the database's user
// couldn't reach there, and a plain name for a stack's folder whose own name can't be written into the servers'
// files.

/** The stack's folder, by another name. */
const ALIAS = "stack";

/**
 * A path that every server's config takes as it is. nginx knows no escape for `$`, HAProxy's `crt` none for `,`, and
 * pgBackRest's none at all.
 */
const PLAIN = /^[A-Za-z0-9/._@+=~-]+$/;

/** A Unix socket's path has 107 characters, of which what is below a stack's folder takes up to 45. */
const LONGEST = 60;

/** Whether a stack's folder has a name that servers can be told. */
export function isPlain(folder: string): boolean {
  return PLAIN.test(folder) && folder.length <= LONGEST;
}

export function aliasIn(outside: string): string {
  return join(outside, ALIAS);
}

/**
 * Makes the folder outside. Nobody can guess its name, and it is ours from its first moment.
 *
 * @param stackFolder absolute
 */
export function makeOutside(stackFolder: string): string {
  const folder = mkdtempSync(join(first(places()), prefixOf(stackFolder)));
  return furnished(folder, stackFolder);
}

/**
 * Looks at the folder outside before it is used. One that is gone, because the system tidies its temporary folder up, is
 * made again under the name that running servers know.
 *
 * @throws {RehearsalError} when it isn't the one that was made
 */
export function checkOutside(folder: string, stackFolder: string): void {
  const found = lookAt(folder);
  if (!found) {
    mkdirSync(folder, { mode: 0o700 });
    furnished(folder, stackFolder);
  } else if (!isOurs(found) || linkOf(folder) !== stackFolder) {
    throw new RehearsalError(
      `${folder} isn't the folder that the rehearsal made: it is somebody else's, a link, or open to all. Remove it, then: rollout rehearse down`,
    );
  }
}

/** All folders outside that belong to a stack's folder, also of a stack whose record is lost. */
export function outsidesOf(stackFolder: string): string[] {
  const prefix = prefixOf(stackFolder);
  return [...new Set(places())].flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(place, name))
      .filter((folder) => {
        const found = lookAt(folder);
        return found !== undefined && isOurs(found);
      }),
  );
}

/** Removes a folder outside; one that isn't ours is left alone. */
export function removeOutside(folder: string): void {
  const found = lookAt(folder);
  if (found && isOurs(found)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The database's user must come through; nobody else sees what is in it. */
function furnished(folder: string, stackFolder: string): string {
  chmodSync(folder, 0o711);
  symlinkSync(stackFolder, aliasIn(folder));
  return folder;
}

/** Where temporary files go, unless that has no plain name itself. */
function places(): string[] {
  const usual = tmpdir();
  return PLAIN.test(usual) && usual.length <= LONGEST - 40 ? [usual, "/tmp"] : ["/tmp"];
}

function prefixOf(stackFolder: string): string {
  return `rollout-${createHash("sha256").update(stackFolder).digest("hex").slice(0, 12)}-`;
}

/** Without following a link. @returns undefined when nothing is there */
function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function isOurs(found: Stats): boolean {
  return found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o022) === 0;
}

function linkOf(folder: string): string | undefined {
  try {
    return readlinkSync(aliasIn(folder));
  } catch {
    return undefined;
  }
}
