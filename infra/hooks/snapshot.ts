import * as pulumi from "@pulumi/pulumi";
import { clientSettings } from "../aws-client.ts";
import { inUpdate, until, type Waiting } from "./waiting.ts";

/** Of a database, what its upgrade goes by. */
export interface UpgradedDatabase {
  identifier: string;
  engineVersion: string;
}

/** A snapshot copies what has changed since the last one. */
const WITHIN_MS = 2 * 3600_000;

/** Runs before a database's major version is changed, in `pulumi up` alone: the snapshot is the only way back. */
export function onceSnapshotTaken(region: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook("snapshot-is-taken", ({ oldInputs, newInputs }) =>
    snapshotTaken(oldInputs as UpgradedDatabase, newInputs as UpgradedDatabase, region),
  );
}

/**
 * One for each try, named by its minute and kept until somebody deletes it: an older one lacks what was written since.
 *
 * @throws {Error} when there is no snapshot: the database isn't touched then
 */
export async function snapshotTaken(
  old: UpgradedDatabase,
  now: UpgradedDatabase,
  region: string,
  waiting: Waiting = inUpdate,
  minute: Date = new Date(),
): Promise<void> {
  if (major(old) === major(now)) return;
  const { CreateDBSnapshotCommand, DescribeDBSnapshotsCommand, RDSClient } = await import(
    "@aws-sdk/client-rds"
  );
  const client = new RDSClient(clientSettings(region));
  const DBSnapshotIdentifier = `${old.identifier}-before-${major(now)}-${stamp(minute)}`;
  const ids = { DBInstanceIdentifier: old.identifier, DBSnapshotIdentifier };
  await client.send(new CreateDBSnapshotCommand(ids));
  const complete = await until(
    async () => {
      const { DBSnapshots = [] } = await client.send(
        new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }),
      );
      const { Status = "creating" } = DBSnapshots[0] ?? {};
      if (Status === "failed")
        throw new Error(`the snapshot ${DBSnapshotIdentifier} failed: nothing is upgraded`);
      return Status === "available" ? undefined : `the snapshot ${DBSnapshotIdentifier}: the way back`;
    },
    WITHIN_MS,
    waiting,
  );
  if (!complete) throw new Error(`no snapshot ${DBSnapshotIdentifier} in 2 h: nothing is upgraded`);
  waiting.say(`${DBSnapshotIdentifier} is taken: to it, and no further, leads the way back`);
}

function major({ engineVersion }: UpgradedDatabase): number {
  return Number.parseInt(engineVersion, 10);
}

/** `202611292215`, UTC. */
function stamp(time: Date): string {
  return time.toISOString().slice(0, 16).replace(/\D/g, "");
}
