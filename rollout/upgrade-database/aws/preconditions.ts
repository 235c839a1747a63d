import type { DBInstance } from "@aws-sdk/client-rds";

/** What decides whether RDS can make a blue/green deployment to another major version. */
export interface InstanceFacts
  extends Pick<
    DBInstance,
    | "Engine"
    | "EngineVersion"
    | "DBInstanceStatus"
    | "BackupRetentionPeriod"
    | "MasterUserSecret"
    | "ReadReplicaSourceDBInstanceIdentifier"
    | "DedicatedLogVolume"
  > {
  /** `rds.logical_replication` of its parameter group, and whether the instance was restarted since it was set. */
  logicalReplication: string | undefined;
  parametersInSync: boolean;
  /** Versions that RDS upgrades to from this one. */
  targets: readonly string[];
}

/** The first minor version of each major one that it replicates from; later major versions from any. */
const FIRST_MINOR: Record<string, number> = { 11: 21, 12: 16, 13: 12, 14: 9, 15: 4, 16: 1 };

export function majorPart(version = ""): string {
  return version.split(".")[0] ?? "";
}

/** The newest of the versions that RDS upgrades to which is of that major one. */
export function targetOf(targets: readonly string[], major: number): string | undefined {
  const minor = (version: string) => Number(version.split(".")[1] ?? 0);
  const those = targets.filter((version) => majorPart(version) === String(major));
  return those.toSorted((a, b) => minor(a) - minor(b)).at(-1);
}

/**
 * What keeps RDS from it, a sentence each.
 *
 * Sources: RDS User Guide, "Limitations and considerations for Amazon RDS blue/green deployments", "PostgreSQL replication methods for
 * blue/green deployments", "Creating a blue/green deployment".
 */
export function refusalsOf(facts: InstanceFacts, major: number): string[] {
  const { Engine, EngineVersion = "", targets } = facts;
  const from = majorPart(EngineVersion);
  if (Engine !== "postgres") return [`it is ${Engine ?? "unknown"}, not PostgreSQL`];
  if (Number(from) >= major) return [`it is PostgreSQL ${EngineVersion} already: --to takes a later version`];
  const refusals: string[] = [];
  const first = FIRST_MINOR[from] ?? 0;
  const minor = Number(EngineVersion.split(".")[1] ?? 0);
  if (minor < first)
    refusals.push(
      `${EngineVersion} can't be replicated from: first take the minor version to ${from}.${first} or later`,
    );
  if (targetOf(targets, major) === undefined) {
    const known = [...new Set(targets.map(majorPart))].filter((each) => each !== from).join(", ");
    refusals.push(`RDS upgrades ${EngineVersion} to ${known || "no later major version"}, not to ${major}`);
  }
  if (facts.DBInstanceStatus !== "available") refusals.push(`it is ${facts.DBInstanceStatus ?? "not there"}`);
  if (!facts.BackupRetentionPeriod) refusals.push("it has no automated backups: RDS copies from one");
  if (facts.logicalReplication !== "1")
    refusals.push(
      "its parameter group has no rds.logical_replication: `pulumi up`, and restart it in the window",
    );
  else if (!facts.parametersInSync)
    refusals.push("it hasn't been restarted since rds.logical_replication was set: restart it in the window");
  if (facts.MasterUserSecret)
    refusals.push(
      "RDS keeps its master password in Secrets Manager: blue/green deployments don't carry that",
    );
  if (facts.ReadReplicaSourceDBInstanceIdentifier)
    refusals.push("it is a replica of another instance itself");
  return refusals;
}
