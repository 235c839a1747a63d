import { given } from "../../infra/sure.ts";
import { Findings } from "../drill/findings.ts";
import { alone } from "../drill/restore/only-drill.ts";
import { UserError } from "../errors.ts";
import { storeOf } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { messageOf } from "../platforms/rehearsal/machine/errors.ts";
import { locked } from "../platforms/rehearsal/machine/lock.ts";
import type { Place } from "../platforms/rehearsal/machine/state.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { ensurePostgres } from "../platforms/rehearsal/stores/postgres.ts";
import { type Options, placeIn } from "../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../platforms/rehearsal/verbs/prepare.ts";
import { refuseRollout } from "../restore/rehearsal.ts";
import { until } from "../waiting.ts";
import { changePlaces, ensureBesideRuns } from "./change-places.ts";
import { setConnectionLimit } from "./closing.ts";
import { askGates, GATES, type GateName } from "./gates.ts";
import { begin, copy, removeBeside, undo } from "./prepare.ts";
import { endSampling } from "./reads/sample.ts";
import { type UpgradeRecord, upgradeFile } from "./record.ts";
import type { PlannedSwitch, Upgraded } from "./upgraded.ts";

export interface UpgradingDatabase extends Options {
  /**
   * The major version to go to; `back`: to the one of before, or to where nothing had begun; `finish`: the server of before is removed, and no
   * way leads back any more.
   */
  to: number | "back" | "finish";
  /** For how many seconds the live server's statements are sampled, to be replayed. */
  sampleSeconds: number;
  /** Asks whoever upgrades, with what the gates found; false leaves everything as it is. */
  confirm(planned: PlannedSwitch): Promise<boolean>;
}

/**
 * Takes the rehearsal's database to another major version of PostgreSQL, as a rollout of its own: a second server follows the live one
 * by logical replication, the gates compare the two, they change places, and the old one follows, so that the way back loses nothing.
 * Killed at any moment, the same call goes on, and `back` undoes.
 *
 * @returns undefined when it wasn't confirmed: the new server goes on following
 * @throws {UserError} when something is in the way, or a gate fails
 */
export async function upgradeHere(options: UpgradingDatabase): Promise<Upgraded | undefined> {
  const place = placeIn(options);
  const room = await prepareChange(options, place);
  refuseRollout(place);
  return alone(place, "another restore, drill or upgrade", async () => {
    const begun = upgradeFile(room.ledger.place).read();
    if (options.to === "back") return goBack(room, options, place, begun);
    if (options.to === "finish") return finish(room, begun);
    return goTo(room, options, place, String(options.to), begun);
  });
}

async function goTo(
  room: Room,
  options: UpgradingDatabase,
  place: Place,
  major: string,
  begun: UpgradeRecord | undefined,
): Promise<Upgraded | undefined> {
  if (begun && begun.new.major !== major)
    throw new UserError(
      `an upgrade to ${begun.new.major} is under way: rollout upgrade-database --to ${begun.new.major} goes on with it, --back undoes it`,
    );
  const record = begun ?? (await begin(room, major));
  if (begun) room.say("an upgrade was begun before: this one goes on");
  if (record.stage === "switched") {
    await ensureBesideRuns(room);
    return done(room, record);
  }
  if (record.stage === "copying") await copied(room, record);
  return toOther(room, options, place, record, "new");
}

/** Ended in the middle it leaves nothing: a half copy is worth nothing, and the live server would keep its log for it. */
async function copied(room: Room, record: UpgradeRecord): Promise<void> {
  try {
    await copy(room, record);
  } catch (error) {
    room.say("the new server is removed again; the live one was never touched");
    await undo(room, record);
    throw error;
  }
}

async function goBack(
  room: Room,
  options: UpgradingDatabase,
  place: Place,
  record: UpgradeRecord | undefined,
): Promise<Upgraded | undefined> {
  if (!record) throw new UserError("no upgrade is under way: there is nothing to go back to");
  const isNew = room.ledger.state.database.folder === record.new.folder;
  if (!isNew && record.towards !== "old") {
    // Nobody has written to the new one yet. A switch that was broken off may have stopped the live one.
    if (record.stage === "switching") await reopened(room, record);
    await undo(room, record);
    return { ...single(room, record.old.major), todo: ["The upgrade is undone: the new server is removed."] };
  }
  return toOther(room, options, place, record, "old");
}

/** The live server of a switch that was ended before the two had changed places: it may be closed, and stopped. */
async function reopened(room: Room, record: UpgradeRecord): Promise<void> {
  const open = () =>
    asSuperuser(storeOf(room), (client) => setConnectionLimit(client, record.connectionLimit)).then(
      () => true,
      () => false,
    );
  // It is ready once the application can come in.
  const opened = until({ everyMs: 50, withinMs: 30_000, signal: room.signal }, open);
  await ensurePostgres(room);
  await opened;
}

async function finish(room: Room, record: UpgradeRecord | undefined): Promise<Upgraded> {
  if (record?.stage !== "switched")
    throw new UserError("no upgrade is there to be finished: the two servers haven't changed places");
  await removeBeside(room, record);
  upgradeFile(room.ledger.place).remove();
  return {
    ...single(room, record.new.major),
    todo: ["The server of before is removed: no way leads back any more."],
  };
}

async function toOther(
  room: Room,
  options: UpgradingDatabase,
  place: Place,
  record: UpgradeRecord,
  towards: "new" | "old",
): Promise<Upgraded | undefined> {
  const [from, to] = towards === "new" ? [record.old, record.new] : [record.new, record.old];
  const findings = new Findings<GateName>(room.say);
  if (record.stage === "switching" && record.towards !== towards)
    throw new UserError(
      `the two servers are changing places the other way: the same command as before goes on with that`,
    );
  if (record.stage !== "switching") {
    await endSampling(storeOf(room));
    await ensureBesideRuns(room);
    const { pausedMs } = await askGates(room, findings, towards === "new" ? options.sampleSeconds : 0);
    room.say(`writers waited for ${pausedMs} ms at most`);
    const checks = findings.all(gatesOf(towards), "nobody looked");
    const failed = checks.filter(({ verdict }) => verdict === "fail");
    if (failed.length > 0)
      throw new UserError(
        `the server of ${to.major} isn't well: ${failed.map(({ name, details }) => `${name}: ${details}`).join("; ")}. ` +
          "Nothing has changed; it goes on following: the same command asks again, --back undoes",
      );
    const planned = { stack: place.stack, from: from.major, to: to.major, checks };
    if (!(await options.confirm(planned))) return undefined;
    Object.assign(record, { stage: "switching", towards });
    upgradeFile(room.ledger.place).write(record);
  }
  // The stack may have changed while somebody was asked.
  const { now, seconds } = await locked(place, async () => {
    const now = await prepareChange(options, place);
    return { now, seconds: await switched(now, record) };
  });
  const after = await comparedAgain(now);
  return {
    ...done(room, record),
    seconds,
    checks: [...findings.all(gatesOf(towards), "asked before"), ...after],
  };
}

const gatesOf = (towards: "new" | "old") =>
  towards === "new" ? GATES : GATES.filter((name) => name !== "answers" && name !== "speed");

async function switched(room: Room, record: UpgradeRecord): Promise<number> {
  const before = record.towards === "new" ? "following" : "switched";
  const target = given(record.towards, "direction");
  try {
    return await changePlaces(room, record);
  } catch (error) {
    if (room.ledger.state.database.folder !== record[target].folder) {
      Object.assign(record, { stage: before });
      delete record.towards;
      upgradeFile(room.ledger.place).write(record);
      throw new UserError(`${messageOf(error)}. The live one serves as before, and the other one follows it`);
    }
    throw error;
  }
}

/** The two once more, now that they have changed places: every row of both. */
async function comparedAgain(room: Room) {
  const findings = new Findings<GateName>((line) => room.say(`after the switch: ${line}`));
  await askGates(room, findings, 0);
  return findings
    .all(["lag", "schema", "rows"], "nobody looked")
    .map((each) => ({ ...each, name: `${each.name} after it` }));
}

function single(room: Room, live: string): Upgraded {
  return { stack: room.ledger.place.stack, live, checks: [], todo: [] };
}

function done(room: Room, record: UpgradeRecord): Upgraded {
  const isNew = record.stage === "switched";
  const [live, other] = isNew ? [record.new, record.old] : [record.old, record.new];
  const { stack } = room.ledger.place;
  return { stack, live: live.major, follows: other.major, checks: [], todo: [] };
}
