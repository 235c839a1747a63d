import { last, nth } from "../../../../infra/sure.ts";
import { messageOf } from "../machine/errors.ts";
import { archivedFiles, archivedSegments, presentSegments, segmentsBetween } from "./archive.ts";
import { type Backup, listBackups, pgbackrest } from "./repository.ts";
import type { Store } from "./store.ts";

/** What is wrong with the backups, by name, and which of them can be restored. */
export interface Wholeness {
  /** Oldest first. */
  good: Backup[];
  /** One line each, beginning with the backup's label or the WAL segment's name. */
  problems: string[];
  /** The newest moment that the newest good backup can be taken to: where its unbroken log ends. */
  reaches?: string;
}

/** Reads every file of the repository and compares it with its checksum. */
export async function inspect(store: Store): Promise<Wholeness> {
  const backups = await listBackups(store);
  try {
    const verified = await pgbackrest(store, [
      "verify",
      "--output=text",
      "--verbose",
      "--log-level-console=info",
    ]);
    return judge(backups, verified, archivedSegments(store), presentSegments(store));
  } catch (error) {
    return unverified(store, messageOf(error));
  }
}

/** pgBackRest gives up on a file that is cut short, without its name. With nothing verified nothing counts as good. */
async function unverified(store: Store, reason: string): Promise<Wholeness> {
  const problems = [`nothing could be verified: ${reason}`];
  for (const { segment, path } of archivedFiles(store)) {
    const readable = await pgbackrest(store, ["repo-get", path]).then(
      () => true,
      () => false,
    );
    if (!readable) problems.push(`${segment}: this WAL segment is corrupt`);
  }
  return { good: [], problems };
}

/**
 * Puts together what pgBackRest says with what it doesn't look at: a backup whose manifest is gone, and a gap in the log.
 * Its exit code is 0 whatever it finds.
 *
 * @param verified what `verify --output=text --verbose` printed
 * @param segments the archived WAL segments, sorted
 * @param present those of the server that holds the database now
 */
export function judge(
  backups: Backup[],
  verified: string,
  segments: string[],
  present = segments,
): Wholeness {
  const problems: string[] = [];
  const rotten = rottenSegments(verified);
  for (const segment of rotten) problems.push(`${segment}: this WAL segment is corrupt`);
  const usable = new Set(segments.filter((segment) => !rotten.includes(segment)));
  const good = backups.filter((backup) => {
    const found = faultsOf(backup, verified, usable);
    problems.push(...found.map((fault) => `${backup.label}: ${fault}`));
    return found.length === 0;
  });
  const newest = good.at(-1);
  if (!newest) return { good, problems };
  // A restored database writes a timeline of its own, from a backup of its own on.
  const timeline = newest.wal.last.slice(0, 8);
  const since = present.filter((segment) => segment.startsWith(timeline) && segment >= newest.wal.last);
  const gap = segmentsBetween(newest.wal.last, since.at(-1) ?? newest.wal.last).find(
    (name) => !usable.has(name),
  );
  if (gap && !rotten.includes(gap)) problems.push(`${gap}: this WAL segment is missing`);
  const unbroken = since.filter((segment) => !gap || segment < gap);
  return { good, problems, ...(unbroken.length > 0 && { reaches: last(unbroken) }) };
}

function faultsOf({ label, wal, pageErrors }: Backup, verified: string, usable: Set<string>): string[] {
  const faults: string[] = [];
  const escaped = label.replaceAll(/[^\w]/g, "\\$&");
  const report = new RegExp(`backup: ${escaped}, status: ([^,\\n]+)(.*)\\n\\s*(.*)`).exec(verified);
  if (!report) faults.push("its manifest is missing or can't be read");
  else if (report[1] !== "valid")
    faults.push(`its files are damaged (${countsIn(nth(report, 3))}): ${filesOf(label, verified)}`);
  if (pageErrors) faults.push("it was taken from damaged pages");
  const gone = segmentsBetween(wal.first, wal.last).filter((segment) => !usable.has(segment));
  if (gone.length > 0) faults.push(`it can't be made whole without the WAL segment ${gone.join(", ")}`);
  return faults;
}

/** `missing: 0, checksum invalid: 1` without what is 0. */
function countsIn(text: string): string {
  const counts = text.trim().split(/,\s*/);
  return counts.filter((count) => !count.endsWith(": 0")).join(", ");
}

/** Lines such as `invalid checksum '20261121-090533F/pg_data/base/1/3164.zst'`. */
function damaged(verified: string): string[] {
  const lines = /(?:invalid checksum|invalid size|file missing|invalid result \S+ for) '([^']+)'/g;
  return [...verified.matchAll(lines)].map(([, path = ""]) => path);
}

function filesOf(label: string, verified: string): string {
  const own = damaged(verified).filter((path) => path.startsWith(`${label}/`));
  const shown = own.slice(0, 3).map((path) => path.slice(label.length + 1));
  return [...shown, ...(own.length > 3 ? [`and ${own.length - 3} more`] : [])].join(", ");
}

function rottenSegments(verified: string): string[] {
  return damaged(verified).flatMap((path) => /\/([0-9A-F]{24})-[0-9a-f]{40}/.exec(path)?.[1] ?? []);
}
