import { given } from "../../../infra/sure.ts";
import { systemClock } from "../../clock.ts";
import { stackSettings } from "../../config/settings.ts";
import { UserError } from "../../errors.ts";
import { journeysOf } from "../../load/profile/journeys-of.ts";
import { watchMigration } from "../../migration/watch/watch.ts";
import { storeOf } from "../../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../platforms/rehearsal/backups/superuser.ts";
import { messageOf } from "../../platforms/rehearsal/machine/errors.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import type { Options } from "../../platforms/rehearsal/verbs/options.ts";
import { Findings } from "../findings.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { onlyDrill } from "../restore/only-drill.ts";
import { goodBackup, markArchived } from "../restore/rehearsal.ts";
import { Copy, type OnCopy } from "../restore/rehearsal-copy.ts";
import {
  CHECKS,
  hazardsText,
  judgeLocks,
  judgeOrders,
  judgeRows,
  judgeWalks,
  type MigrateFindings,
} from "./checks.ts";
import { askedRoutes, unasked } from "./routes.ts";
import { differencesFrom, tablesIn, usesOf } from "./tables.ts";
import { type Walked, Walks } from "./walk.ts";

export interface MigrateDrill extends Options {
  /** The track whose migration is drilled. */
  candidate: string;
  by: string;
}

/**
 * Runs a candidate's migration on a copy of the database that a backup was restored to, beside the live one: timed, with its locks, while
 * stable's own server works on the copy. Then stable's and the candidate's servers work on it one after the other, and stable's again,
 * each with what the others have written. The live database isn't touched.
 *
 * @returns the record, which is kept beside the stack's state
 * @throws {UserError} when there is nothing to drill
 */
export function drillMigrate(options: MigrateDrill): Promise<DrillRecord> {
  return onlyDrill(options, "drill", (room) => drill(room, options));
}

async function drill(room: Room, { candidate, by, stack }: MigrateDrill): Promise<DrillRecord> {
  const stable = String(room.graph.outputs.stable ?? "");
  const settings = stackSettings(room.projectDir, stack);
  const plan = room.plan.tracks.find(({ name }) => name === candidate);
  if (!plan || candidate === stable)
    throw new UserError(
      `${candidate} is no candidate: the tracks are ${room.plan.tracks.map(({ name }) => name).join(", ")}, stable is ${stable}`,
    );
  if (settings.app.migrate.length === 0)
    throw new UserError("nothing to drill: rollout:app.migrate names no command");
  const startedAt = systemClock.now();
  const findings: MigrateFindings = new Findings(room.say);
  const figures: DrillRecord["figures"] = {};
  const facts: DrillRecord["facts"] = { candidate, version: plan.version };
  let stopped = "the drill ended before it";
  try {
    const backup = await goodBackup(room, findings);
    if (backup) {
      facts.backup = backup.label;
      const { marker } = await markArchived(storeOf(room));
      const copy = await Copy.make(room);
      try {
        await copy.restore(backup.label);
        await copy.recover({ name: marker.name }, "promote");
        await new Stage(room, copy, stable, candidate, { findings, figures, facts }).play();
      } finally {
        await copy.remove();
        findings.add("removed", "pass", "the copy's servers are stopped, its files gone");
      }
    } else stopped = "there is no backup to restore";
  } catch (error) {
    if (room.signal?.aborted)
      throw new UserError("Interrupted: the copy is removed, the live database was never touched.");
    stopped = messageOf(error);
    if (error instanceof Ended) stopped = error.message;
    else findings.add("migration", "fail", messageOf(error));
  }
  const checks = findings.all(CHECKS, stopped);
  const about = { drill: "migrate", stack, on: "rehearsal", by } as const;
  return recordOf({ ...about, startedAt, endedAt: systemClock.now(), checks, figures, facts });
}

/** What comes after would say nothing. */
class Ended extends Error {}

type Results = { findings: MigrateFindings } & Pick<DrillRecord, "figures" | "facts">;

/** The copy, and who works on it, one after the other. */
class Stage {
  readonly #room: Room;
  readonly #copy: Copy;
  readonly #stable: string;
  readonly #candidate: string;
  readonly #results: Results;
  readonly #walks: Walks;
  readonly #walked: Walked[] = [];

  constructor(room: Room, copy: Copy, stable: string, candidate: string, results: Results) {
    this.#room = room;
    this.#copy = copy;
    this.#stable = stable;
    this.#candidate = candidate;
    this.#results = results;
    this.#walks = new Walks(journeysOf(stackSettings(room.projectDir, room.plan.stack)).journeys);
  }

  async play(): Promise<void> {
    const { findings } = this.#results;
    const copy = this.#copy;
    const ask = <T>(work: Parameters<typeof asSuperuser<T>>[1]) => asSuperuser(copy.store, work);
    const old = await copy.serve(this.#stable);
    if (!(await this.#walk("before", old, "stable before")))
      throw new Ended("stable isn't well on the copy before it");
    const before = await ask(tablesIn);
    await this.#migrate(old);
    const used = await ask(usesOf);
    await this.#walk("stable after it", old, "stable after");
    const next = await copy.serve(this.#candidate).catch((error: Error) => error);
    if (next instanceof Error) findings.add("candidate", "fail", next.message);
    else {
      await this.#walk("candidate", next, "candidate");
      await copy.leave(next);
    }
    await this.#walk("back to stable", old, "stable again");
    judgeOrders(this.#walked, findings);
    // What a server has used is told when its connections end.
    await copy.leave(old);
    const uses = await ask(usesOf);
    const found = await ask((client) => differencesFrom(before, client));
    const tables = Object.values(before);
    judgeRows(
      found,
      tables.length,
      tables.reduce((sum, { rows }) => sum + rows, 0),
      findings,
    );
    this.#tellUnused([...uses].flatMap(([name, count]) => (count > (used.get(name) ?? 0) ? [] : [name])));
  }

  /** While stable works on the copy: what it has to wait for shows in its answers. */
  async #migrate(old: OnCopy): Promise<void> {
    const { findings, figures, facts } = this.#results;
    const copy = this.#copy;
    let meanwhile: Promise<Walked[]> = Promise.resolve([]);
    const migrate = () => {
      const migrating = copy.migrate(this.#candidate, this.#room.signal);
      meanwhile = this.#during(old, migrating);
      return migrating;
    };
    const watched = await asSuperuser(copy.store, (client) => watchMigration(client, migrate));
    const walked = await meanwhile;
    facts.hazards = hazardsText(watched.hazards);
    if (watched.error) {
      findings.add("migration", "fail", messageOf(watched.error));
      throw new Ended("the migration failed");
    }
    const { seconds } = watched;
    figures.migrateSeconds = seconds;
    findings.add("migration", "pass", `${seconds.toFixed(1)} s on this copy`);
    judgeLocks(watched.locks, findings);
    figures.slowestMs = Math.round(Math.max(0, ...walked.map(({ ms }) => ms)));
    judgeWalks("while it runs", walked, undefined, findings);
  }

  async #during(old: OnCopy, migrating: Promise<void>): Promise<Walked[]> {
    let over = false;
    const end = () => {
      over = true;
    };
    migrating.then(end, end);
    const walked: Walked[] = [];
    do walked.push(...(await this.#walks.walk(old.door, "stable meanwhile")));
    while (!over);
    return walked;
  }

  async #walk(
    ...[name, serving, by]: [Parameters<typeof judgeWalks>[0], OnCopy, Walked["by"]]
  ): Promise<boolean> {
    const walked = await this.#walks.walk(serving.door, by);
    this.#walked.push(...walked);
    const smoke = await this.#copy.smoke(serving);
    judgeWalks(name, walked, smoke, this.#results.findings);
    return smoke.passed && walked.every(({ mistake }) => mistake === undefined);
  }

  #tellUnused(tables: readonly string[]): void {
    const { projectDir, plan, ledger } = this.#room;
    const settings = stackSettings(projectDir, plan.stack);
    const asked = askedRoutes(given(ledger.place, "place").logs);
    const routes = unasked(asked, journeysOf(settings).journeys, settings.smoke);
    const parts = [
      ...(tables.length > 0 ? [`tables ${tables.join(", ")}`] : []),
      ...(routes.length > 0 ? [`routes that users ask for: ${routes.join(", ")}`] : []),
      ...(settings.app.buckets.length > 0 ? ["what the app has in its buckets"] : []),
    ];
    this.#results.facts.notExercised = parts.join("; ") || "nothing that is known";
  }
}
