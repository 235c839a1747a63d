import { memoryGiB } from "../../../../infra/settings/sizes/instance-class.ts";
import { TYPES } from "../../../graph/types.ts";
import type { Delta } from "../../changes/follows.ts";
import type { Danger } from "../../model.ts";
import { inputsOf, type Shown } from "../../shown.ts";
import { brief } from "../../text.ts";
import { type DangerCheck, danger } from "../danger.ts";
import { refused } from "./refused.ts";
import { smaller } from "./smaller.ts";

type Inputs = { [key: string]: Shown };

/**
 * What RDS refuses, ignores or does with an outage when a database is changed in place.
 *
 * Source: Amazon RDS API Reference, ModifyDBInstance; Amazon RDS User Guide, "Settings for DB instances".
 */
export const databaseStrained: DangerCheck = ({ deltas }) =>
  deltas.flatMap(({ change, before, after }: Delta) => {
    if (change.type !== TYPES.database || change.kind !== "update" || !before || !after) return [];
    const [old, now] = [inputsOf(before), inputsOf(after)];
    return CHECKS.flatMap((check) => check(change.name, old, now));
  });

const CHECKS: ((name: string, old: Inputs, now: Inputs) => Danger[])[] = [
  upgraded,
  shrunk,
  lessMemory,
  restarted,
  moved,
];

/**
 * A major version is changed only where that is allowed, and never back (RDS User Guide, "Upgrading the PostgreSQL DB
 * engine": it can't be undone, a snapshot from before is the way back).
 */
function upgraded(name: string, old: Inputs, now: Inputs): Danger[] {
  const [was, is] = [major(old), major(now)];
  if (was === is || Number.isNaN(was) || Number.isNaN(is)) return [];
  const sides = { before: brief(old.engineVersion), after: brief(now.engineVersion) };
  const about = { resources: [name], property: "engineVersion", ...sides };
  if (is < was) {
    return [
      refused({
        ...about,
        title: `RDS refuses to take ${name} from PostgreSQL ${was} back to ${is}`,
        why: "A version once upgraded stays: the update stops at the database, and what comes after it isn't done.",
        advice: "Keep the version. The way back is a snapshot from before, restored beside this database.",
      }),
    ];
  }
  if (now.allowMajorVersionUpgrade !== true) {
    return [
      refused({
        ...about,
        title: `RDS refuses to take ${name} from PostgreSQL ${was} to ${is}: major upgrades aren't allowed`,
        why: "The update stops at the database, and what comes after it isn't done.",
        advice: `Keep the version, or say \`rollout:database.upgradeFrom: ${was}\` and upgrade as ${PAGE} says: with an outage of some minutes to an hour, and a snapshot as the way back.`,
      }),
    ];
  }
  return [
    outage({
      ...about,
      title: `${name} goes from PostgreSQL ${was} to ${is}, down meanwhile and with no way back`,
      why: "The database doesn't answer from some minutes to an hour: the number of its tables decides, and a copy of it tells. It can't be undone: the way back is the snapshot that the `up` takes first, without what was written since.",
      advice: `Follow ${PAGE}: upgrade a copy first and measure it, close the stack (\`rollout maintenance on\`), then \`up\` by hand.`,
    }),
  ];
}

const PAGE = "docs/upgrade-database.md";

function major({ engineVersion }: Inputs): number {
  return Number.parseInt(String(engineVersion), 10);
}

/**
 * ModifyDBInstance, AllocatedStorage: the new value must be greater. With `maxAllocatedStorage` the provider takes a
 * smaller one for storage that has grown by itself, and sends nothing (aws provider, `aws_db_instance`).
 */
function shrunk(name: string, old: Inputs, now: Inputs): Danger[] {
  const [was, is] = [Number(old.allocatedStorage), Number(now.allocatedStorage)];
  if (!(is < was)) return [];
  return [
    refused({
      title: `RDS makes no storage smaller: ${name} stays at ${was} GiB or more`,
      resources: [name],
      property: "allocatedStorage",
      before: `${was} GiB`,
      after: `${is} GiB`,
      why: "The provider ignores it where storage grows by itself, and AWS refuses it elsewhere. Nothing is saved.",
      advice:
        "Set it back. To get there, restore a dump into a smaller database beside this one, and switch.",
    }),
  ];
}

function lessMemory(name: string, old: Inputs, now: Inputs): Danger[] {
  const why =
    "Fewer connections (LEAST(memory / 9531392, 5000)) and a smaller cache: the servers' pools may no longer fit, and reads go to the disk.";
  return smaller(name, "instanceClass", old, now, gib, why);
}

function gib(instanceClass: string): number | undefined {
  try {
    return memoryGiB(instanceClass);
  } catch {
    return undefined;
  }
}

/** ModifyDBInstance, DBPortNumber: "your database restarts regardless of the value of ApplyImmediately". */
function restarted(name: string, old: Inputs, now: Inputs): Danger[] {
  const atOnce = now.applyImmediately === true;
  // An upgrade's own outage is told by itself.
  if (!Object.is(major(old), major(now))) return [];
  const restarting = ["instanceClass", "engineVersion", "parameterGroupName"].filter(
    (key) => atOnce && brief(old[key]) !== brief(now[key]),
  );
  const properties = [...(brief(old.port) === brief(now.port) ? [] : ["port"]), ...restarting];
  if (properties.length === 0) return [];
  return [
    outage({
      title: `${name} restarts during the update`,
      resources: [name],
      property: properties.join(", "),
      before: properties.map((key) => brief(old[key])).join(", "),
      after: properties.map((key) => brief(now[key])).join(", "),
      why: properties.includes("port")
        ? "RDS restarts it at once, whatever the maintenance window, and the servers that run keep the old port."
        : "With applyImmediately RDS doesn't wait for the maintenance window: no answer for some minutes.",
      advice: "Do it in maintenance (`rollout:maintenance`), or leave it to the window.",
    }),
  ];
}

/** In the same network a database can't be moved to another subnet group: InvalidVPCNetworkStateFault. */
function moved(name: string, old: Inputs, now: Inputs): Danger[] {
  if (brief(old.dbSubnetGroupName) === brief(now.dbSubnetGroupName)) return [];
  return [
    refused({
      title: `RDS refuses to move ${name} to another subnet group of the same network`,
      resources: [name],
      property: "dbSubnetGroupName",
      before: brief(old.dbSubnetGroupName),
      after: brief(now.dbSubnetGroupName),
      why: "The update stops at the database. To another network it would move with an outage.",
      advice: "Keep the group, and change the subnets in it.",
    }),
  ];
}

function outage(about: Pick<Danger, "title" | "resources" | "why" | "advice"> & Partial<Danger>): Danger {
  return danger({ severity: "warning", kind: "data-outage", ...about });
}
