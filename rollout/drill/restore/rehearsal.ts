import { first, given } from "../../../infra/sure.ts";
import { systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { untilArchived } from "../../platforms/rehearsal/backups/archive.ts";
import { ARCHIVE_TIMEOUT_SECONDS } from "../../platforms/rehearsal/backups/config.ts";
import { differences, digestsOf } from "../../platforms/rehearsal/backups/digest.ts";
import { type Marker, readMarkers, writeMarker } from "../../platforms/rehearsal/backups/markers.ts";
import { type Backup, takeFirstBackup } from "../../platforms/rehearsal/backups/repository.ts";
import { tooOld } from "../../platforms/rehearsal/backups/schedule.ts";
import { type Store, storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../platforms/rehearsal/backups/superuser.ts";
import { inspect } from "../../platforms/rehearsal/backups/wholeness.ts";
import { messageOf } from "../../platforms/rehearsal/machine/errors.ts";
import type { DatabaseLife } from "../../platforms/rehearsal/machine/state.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import type { Options } from "../../platforms/rehearsal/verbs/options.ts";
import { Findings } from "../findings.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { CHECKS, type RestoreFindings } from "./checks.ts";
import { onlyDrill } from "./only-drill.ts";
import { Copy } from "./rehearsal-copy.ts";

/** The most that a disaster may cost, in seconds of work. */
export const RPO_LIMIT_SECONDS = 60;
/** A segment is archived within its time and the moment it takes; on a busy machine that moment is long. */
const ARCHIVED_WITHIN_MS = (ARCHIVE_TIMEOUT_SECONDS + 60) * 1000;

export interface RestoreDrill extends Options {
  /** The moment to go back to, in milliseconds since the epoch; by default the present one. */
  at?: number | undefined;
  by: string;
}

/**
 * Restores the rehearsal's database from its backups into a second server beside the live one, compares it with what the
 * live one held at the same point of its log, tries the application on it, and removes it again.
 *
 * @returns the record, which is kept beside the stack's state
 * @throws {UserError} when there is nothing to drill: the stack isn't up, no backup is as old as `at`
 */
export function drillRestore(options: RestoreDrill): Promise<DrillRecord> {
  return onlyDrill(options, "restore drill", (room) => drill(room, options));
}

async function drill(room: Room, { at, by, stack }: RestoreDrill): Promise<DrillRecord> {
  const startedAt = systemClock.now();
  const findings: RestoreFindings = new Findings(room.say);
  const figures: DrillRecord["figures"] = {};
  const facts: DrillRecord["facts"] = {};
  let stopped = "the drill ended before it";
  try {
    const backup = await goodBackup(room, findings, at);
    if (!backup) stopped = "there is no backup to restore";
    else await restoreAndVerify(room, backup, at, { findings, figures, facts });
  } catch (error) {
    if (room.signal?.aborted)
      throw new UserError("Interrupted: the copy is removed, the live database was never touched.");
    if (error instanceof NoDrill) throw error;
    stopped = "the restore failed";
    findings.add("restored", "fail", messageOf(error));
  }
  const named =
    at === undefined ? CHECKS.filter((name) => name !== "moment") : CHECKS.filter((name) => name !== "RPO");
  const checks = findings.all(named, stopped);
  const about = { drill: "restore", stack, on: "rehearsal", by } as const;
  return recordOf({ ...about, startedAt, endedAt: systemClock.now(), checks, figures, facts });
}

class NoDrill extends UserError {}

/** The backup to restore, newest first; what is wrong with any of them is found on the way. */
export async function goodBackup(
  room: Room,
  findings: Findings<"backups">,
  at?: number,
): Promise<Backup | undefined> {
  const store = storeOf(room);
  await takeFirstBackup(store);
  const { good, problems } = await inspect(store);
  const age = tooOld(room.plan.backups?.schedules ?? [], good.at(-1), systemClock.now());
  const wrong = [...problems, ...(age ? [age] : [])];
  findings.judge("backups", wrong, `${good.length} good, the newest is ${good.at(-1)?.label}`);
  if (good.length === 0) return undefined;
  const own = ofLife(good, room.ledger.state.database.lives, at);
  if (at === undefined) return own.at(-1);
  // pgBackRest tells whole seconds: a backup may have ended within the next one.
  const before = own.findLast(({ stop }) => stop + 1000 <= at);
  if (!before) {
    const earliest = new Date((own[0] ?? first(good)).stop + 1000).toISOString();
    throw new NoDrill(
      `no good backup is as old as ${new Date(at).toISOString()}: the earliest moment is ${earliest}`,
    );
  }
  return before;
}

/**
 * The backups of the database that was live at a moment, by default now: a restored one has a log of its own, which begins
 * with a backup of its own.
 */
export function ofLife(
  backups: Backup[],
  lives: readonly DatabaseLife[] | undefined,
  at = Number.POSITIVE_INFINITY,
): Backup[] {
  const live = lives?.findLast(({ since }) => since <= at);
  // One of another major version can't be started by this one's server, nor go on with this one's log.
  const server = backups.at(-1)?.server;
  const own = backups.filter((backup) => backup.server === server);
  return live ? own.filter(({ wal }) => wal.last.startsWith(live.timeline)) : own;
}

type Results = { findings: RestoreFindings } & Pick<DrillRecord, "figures" | "facts">;

async function restoreAndVerify(
  room: Room,
  backup: Backup,
  at: number | undefined,
  results: Results,
): Promise<void> {
  const { findings, figures, facts } = results;
  const store = storeOf(room);
  const marker = at === undefined ? await markNow(store, results) : await markerBefore(store, backup, at);
  facts.backup = backup.label;
  if (marker) facts.marker = marker.name;
  const copy = await Copy.make(room);
  try {
    // Only what a real restore would have to do counts: the tables are compared outside of it.
    const clock = new Stopwatch();
    await clock.time(() => copy.restore(backup.label));
    figures.restoreSeconds = clock.seconds;
    if (marker) {
      await clock.time(() => copy.recover({ name: marker.name }, "pause"));
      await compare(copy.store, marker, findings);
    } else {
      for (const name of ["row counts", "digests"] as const)
        findings.add(name, "unknown", "nothing was marked between that backup and that moment");
    }
    await clock.time(() => (at === undefined ? copy.promote() : copy.recover({ time: at }, "promote")));
    figures.recoverSeconds = rounded(clock.seconds - figures.restoreSeconds);
    findings.add("restored", "pass", `${backup.label} and its log: a server that takes writes`);
    if (at !== undefined) await moment(copy, at, findings);
    const smoke = await clock.time(() => copy.smokeTest(String(room.graph.outputs.stable ?? "")));
    figures.rtoSeconds = clock.seconds;
    findings.judge("smoke test", smoke.passed ? [] : smoke.details, smoke.details.join(", "));
    const sums = await copy.checksums();
    if (!sums) findings.add("checksums", "unknown", "the database has no checksums");
    else
      findings.judge(
        "checksums",
        sums.damaged > 0 ? [`${sums.damaged} damaged pages`] : [],
        `${sums.pages} pages read`,
      );
  } finally {
    await copy.remove();
    findings.add("removed", "pass", "the copy's servers are stopped, its files gone");
  }
}

/**
 * Measures the RPO: what is written now is safe once its segment of the log is in the repository. A disaster costs
 * what was written in the wait until then.
 */
async function markNow(store: Store, { findings, figures }: Results): Promise<Marker> {
  const { marker, seconds } = await markArchived(store);
  figures.rpoSeconds = rounded(seconds);
  const bad =
    seconds < RPO_LIMIT_SECONDS ? [] : [`${seconds.toFixed(1)} s, the limit is ${RPO_LIMIT_SECONDS} s`];
  findings.judge(
    "RPO",
    bad,
    `${seconds.toFixed(1)} s until what was written was safe (a segment ends after ${ARCHIVE_TIMEOUT_SECONDS} s at most)`,
  );
  return marker;
}

/** Marks the present moment in the log, and waits until the log is in the repository to there: so many seconds. */
export async function markArchived(store: Store): Promise<{ marker: Marker; seconds: number }> {
  let archived: Promise<number> | undefined;
  const marker = await writeMarker(store, ({ segment }) => {
    archived = untilArchived(store, segment, ARCHIVED_WITHIN_MS);
    archived.catch(() => {});
  });
  return { marker, seconds: ((await given(archived, "wait for the marker's segment")) - marker.at) / 1000 };
}

/** The newest marker between the backup and the moment. */
async function markerBefore(store: Store, backup: Backup, at: number): Promise<Marker | undefined> {
  await archivedNow(store);
  return readMarkers(store).findLast((marker) => marker.at > backup.stop && marker.at <= at);
}

/**
 * Waits until the log up to now is in the repository. A recovery to a time knows that it has arrived only when something later
 * comes in the log: so an empty transaction is written first.
 */
export async function archivedNow(store: Store): Promise<void> {
  const segment = await asSuperuser(store, async (client) => {
    await client.query("SELECT pg_current_xact_id()");
    const { rows } = await client.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS segment");
    await client.query("SELECT pg_switch_wal()");
    return rows[0].segment as string;
  });
  await untilArchived(store, segment, ARCHIVED_WITHIN_MS);
}

async function compare(copy: Store, { tables }: Marker, findings: RestoreFindings): Promise<void> {
  const wrong = differences(tables, await asSuperuser(copy, digestsOf));
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const tableCount = Object.keys(tables).length;
  findings.judge("row counts", wrong.rows, `${rows} rows in ${tableCount} tables`);
  findings.judge("digests", wrong.digests, `every row of ${tableCount} tables is as it was`);
}

async function moment(copy: Copy, at: number, findings: RestoreFindings): Promise<void> {
  const newest = await copy.newestCommit();
  const text =
    newest === undefined
      ? "no transaction since the backup"
      : `newest commit ${new Date(newest).toISOString()}`;
  findings.judge(
    "moment",
    newest !== undefined && newest > at ? [`${text}, after the moment asked for`] : [],
    text,
  );
}

/** Adds up the times of what it is asked to time. */
class Stopwatch {
  seconds = 0;

  async time<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.seconds = rounded(this.seconds + (performance.now() - begun) / 1000);
    }
  }
}

/** To milliseconds. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
