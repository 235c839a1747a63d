import { systemClock } from "../clock.ts";
import { Findings } from "../drill/findings.ts";
import type { CheckName } from "../drill/restore/checks.ts";
import { alone } from "../drill/restore/only-drill.ts";
import { archivedNow, goodBackup } from "../drill/restore/rehearsal.ts";
import { Copy } from "../drill/restore/rehearsal-copy.ts";
import { UserError } from "../errors.ts";
import { listBackups } from "../platforms/rehearsal/backups/repository.ts";
import { storeOf } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { messageOf } from "../platforms/rehearsal/machine/errors.ts";
import { locked } from "../platforms/rehearsal/machine/lock.ts";
import { livingHolder } from "../platforms/rehearsal/machine/lock-file.ts";
import { type Place, userLock } from "../platforms/rehearsal/machine/state.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { type Options, placeIn } from "../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../platforms/rehearsal/verbs/prepare.ts";
import { controlXid } from "./control.ts";
import { nextFolder, takeData } from "./files.ts";
import type { Losing, Switched, Switching } from "./losing.ts";
import { type Missing, missingAfter, replayed, rowsIn, tablesLost } from "./losses.ts";
import { readSwitch, type SwitchRecord, writeSwitch } from "./record.ts";
import { carryOut } from "./switch.ts";

export interface Restoring extends Options {
  /** The moment to go back to, in milliseconds since the epoch; `back`: to the database that served before. */
  to: number | "back";
  /** Asks whoever restores, with what is lost; false leaves everything as it is. */
  confirm(switching: Switching): Promise<boolean>;
}

/**
 * Lets the rehearsal's database as it was at a moment take the live one's place, or the one that was live before. What is lost is
 * counted and said first. The database of now is kept. Killed at any moment, the same call goes on, or begins anew where nothing was
 * confirmed yet.
 *
 * @returns undefined when it wasn't confirmed: nothing has changed then
 * @throws {UserError} when there is nothing to go back to, a rollout or a drill is under way, or the application doesn't work on it
 */
export async function restoreHere(options: Restoring): Promise<Switched | undefined> {
  const place = placeIn(options);
  const room = await prepareChange(options, place);
  refuseRollout(place);
  if (room.ledger.state.database.beside)
    throw new UserError(
      "a server of another major version follows the database: first rollout upgrade-database --finish, or --back",
    );
  return alone(place, "another restore or drill", async () => {
    const begun = readSwitch(room.ledger.place);
    if (begun) return goOn(options, place, begun);
    const { to } = options;
    const prepared = await (to === "back" ? prepareBack(room) : prepareTo(room, to));
    const switching = { stack: place.stack, ...prepared.switching };
    try {
      if (!(await options.confirm(switching))) return undefined;
      const record = prepared.record();
      writeSwitch(room.ledger.place, record);
      return { ...switching, kept: record.from, seconds: await switched(options, place, record) };
    } finally {
      await prepared.leave();
    }
  });
}

interface Prepared {
  switching: Omit<Switching, "stack">;
  /** Makes the other database ready to start; nothing of the live one is touched. */
  record(): SwitchRecord;
  leave(): Promise<void>;
}

async function goOn(options: Restoring, place: Place, begun: SwitchRecord): Promise<Switched> {
  const { to, say } = options;
  const { direction, moment, from } = begun;
  const same = to === "back" ? direction === "back" : direction === "to" && to === moment;
  const words = direction === "back" ? "--back" : `--to ${new Date(moment).toISOString()}`;
  if (!same) throw new UserError(`another restore is half done: rollout restore ${words} goes on with it`);
  say?.("an earlier command was ended in the middle: this one goes on");
  const seconds = await switched(options, place, begun);
  return { stack: place.stack, direction, moment, losing: { seconds: 0, tables: [] }, kept: from, seconds };
}

/** The stack may have changed while somebody was asked. */
function switched(options: Options, place: Place, record: SwitchRecord): Promise<number> {
  return locked(place, async () => carryOut(await prepareChange(options, place), record));
}

/** @throws {UserError} for one that works with this database */
export function refuseRollout(place: Place): void {
  const rollout = livingHolder<{ owner?: string }>(userLock(place, "rollout.lock"));
  if (rollout)
    throw new UserError(
      `a rollout is under way (${rollout.owner ?? `process ${rollout.pid}`}): it works with this database. End it first: rollout rollback`,
    );
}

async function prepareTo(room: Room, moment: number): Promise<Prepared> {
  const { ledger } = room;
  const live = storeOf(room);
  await archivedNow(live).catch((error) =>
    room.say(`the live database's last seconds can't be had: ${messageOf(error)}`),
  );
  const backup = await goodBackup(room, new Findings<CheckName>(room.say), moment);
  if (!backup) throw new UserError("there is no good backup to restore");
  const copy = await Copy.make(room);
  const leave = () => copy.remove();
  try {
    await copy.restore(backup.label);
    await copy.recover({ time: moment }, "pause");
    const span = await asSuperuser(copy.store, replayed);
    await copy.promote();
    const missing = await asSuperuser(copy.store, (client) => missingAfter(client, span));
    const there = await asSuperuser(copy.store, rowsIn);
    await expectWell(room, copy);
    const { lives, folder } = ledger.state.database;
    // What the live one has from a life that this moment was before, too.
    const later = lives?.filter(({ since }) => since > moment).map(({ fromXid }) => fromXid) ?? [];
    const fromXid = String([missing.fromXid, ...later].map(Number).reduce((a, b) => Math.min(a, b)));
    const losing = await losingOf(room, moment, { ...missing, fromXid }, there);
    const timeline = await timelineOf(room);
    return {
      switching: { direction: "to", moment, losing },
      record() {
        const into = nextFolder(folder, lives);
        takeData(copy.store, into);
        return {
          ...{ version: 1, direction: "to", moment, from: folder, into, timeline },
          fromXid: missing.fromXid,
        };
      },
      leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** The stable track's own server works on the copy, and none of its pages is damaged. It doesn't run any more then. */
async function expectWell(room: Room, copy: Copy): Promise<void> {
  const smoke = await copy.smokeTest(String(room.graph.outputs.stable ?? ""));
  if (!smoke.passed)
    throw new UserError(
      `the application doesn't work on the database of that moment: ${smoke.details.join(", ")}. Nothing has changed; try another moment`,
    );
  const sums = await copy.checksums();
  if (sums && sums.damaged > 0)
    throw new UserError(`${sums.damaged} pages of the restored database are damaged. Nothing has changed`);
  await copy.halt();
}

async function prepareBack(room: Room): Promise<Prepared> {
  const { lives, folder } = room.ledger.state.database;
  const [before, now] = lives?.slice(-2) ?? [];
  if (!before || !now)
    throw new UserError("no other database was live before: there is nothing to go back to");
  const losing = await losingOf(room, now.since, { fromXid: now.fromXid ?? "0", also: [] });
  return {
    switching: { direction: "back", moment: now.since, losing },
    record: () => ({
      ...{ version: 1, direction: "back", moment: now.since, from: folder, into: before.folder },
      ...{
        timeline: now.timeline,
        fromXid: controlXid(room.programs.postgres, before.folder, storeOf(room)),
      },
    }),
    async leave() {},
  };
}

async function losingOf(
  room: Room,
  moment: number,
  missing: Missing,
  there?: ReadonlyMap<string, number>,
): Promise<Losing> {
  const seconds = Math.max(0, (systemClock.now() - moment) / 1000);
  return asSuperuser(storeOf(room), async (client) => ({
    seconds,
    ...(await tablesLost(client, missing, there)),
  })).catch((error) => {
    room.say(`the live database doesn't answer: ${messageOf(error)}`);
    return { seconds, tables: [] };
  });
}

async function timelineOf(room: Room): Promise<string> {
  const { lives } = room.ledger.state.database;
  const known = lives?.at(-1)?.timeline ?? (await listBackups(storeOf(room))).at(-1)?.wal.last.slice(0, 8);
  return known ?? "00000001";
}
