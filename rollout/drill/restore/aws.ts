import { type DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { UserError } from "../../errors.ts";
import { clientSettings } from "../../platforms/aws/client.ts";
import { factsOf, type StackFacts } from "../../platforms/aws/deployment.ts";
import { automation, type Engine } from "../../platforms/aws/engine.ts";
import { Objects } from "../../platforms/aws/objects.ts";
import { backupPlan } from "../../platforms/rehearsal/describe-backups.ts";
import { type Clock, systemClock } from "../../run/clock.ts";
import { drillObjects } from "../drill-objects.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { AwsCopy, describeInstance } from "./aws-copy.ts";
import { CHECKS, Findings } from "./checks.ts";
import { inspectVault, nameOf, type RecoveryPoint } from "./recovery-points.ts";
import { type Address, type Login, type Looked, lookInto } from "./sql.ts";

/** RDS uploads its log every five minutes ("Restoring a DB instance to a specified time"): twice that is late. */
export const AWS_RPO_LIMIT_SECONDS = 600;

export interface AwsRestoreDrill {
  stack: string;
  projectDir: string;
  /** The moment to go back to; by default the newest backup in the vault. */
  at?: number | undefined;
  by: string;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Others than the real ones, for tests. */
  engine?: Engine;
  schedules?: string[];
  look?: (address: Address, login: Login) => Promise<Looked>;
}

/**
 * Restores the database in AWS into an instance beside the live one, from the vault or to a moment, checks what can be
 * checked from here, and deletes it, whatever happened. What can't be seen from here is unknown, not passed.
 *
 * @throws {UserError} when there is nothing to drill, or the copy may still be there
 */
export async function drillRestoreOnAws(drill: AwsRestoreDrill): Promise<DrillRecord> {
  const { stack, projectDir, clock = systemClock, engine = automation({ projectDir, stack, clock }) } = drill;
  const deployment = await engine.deployment();
  const facts = factsOf(deployment);
  const region = facts.backup.databaseArn.split(":")[3]!;
  const startedAt = clock.now();
  const findings = new Findings(drill.say);
  const record: Pick<DrillRecord, "figures" | "facts"> = { figures: {}, facts: {} };
  const rds = new RDSClient(clientSettings(region));
  const sourceId = nameOf(facts.backup.databaseArn);
  const source = await describeInstance(rds, sourceId);
  if (!source) throw new UserError(`there is no database ${sourceId}`);
  const schedules = drill.schedules ?? (await schedulesOf(projectDir, stack));
  const found = await inspectVault(facts.backup, { region, schedules, now: startedAt });
  const newest = found.good.at(-1);
  findings.judge(
    "backups",
    found.problems,
    `${found.good.length} good, the newest is ${nameOf(newest?.arn)}`,
  );
  measureLoss(source, startedAt, findings, record.figures);
  const latest = source.LatestRestorableTime?.getTime() ?? 0;
  if (drill.at !== undefined && drill.at > latest)
    throw new UserError(`the database can be taken back to ${new Date(latest).toISOString()} at the latest`);

  if (drill.at !== undefined || newest) {
    const copy = new AwsCopy(copyId(sourceId, startedAt), source, { region, clock, signal: drill.signal });
    const way = drill.at ?? newest!;
    await restored({
      drill,
      copy,
      way,
      source,
      stackFacts: facts,
      outputs: outputsOf(deployment),
      findings,
      record,
      clock,
    });
  }
  const names = CHECKS.filter((name) => drill.at !== undefined || name !== "moment");
  const checks = findings.all(names, "the copy didn't get that far");
  const about = { drill: "restore", stack, on: "aws", by: drill.by } as const;
  const result = recordOf({ ...about, startedAt, endedAt: clock.now(), checks, ...record });
  await drillObjects(new Objects(region, facts.journalBucket), stack).write(result);
  return result;
}

interface Restoring {
  drill: AwsRestoreDrill;
  copy: AwsCopy;
  way: number | RecoveryPoint;
  source: DBInstance;
  stackFacts: StackFacts;
  outputs: Record<string, unknown>;
  findings: Findings;
  record: Pick<DrillRecord, "figures" | "facts">;
  clock: Clock;
}

async function restored(restoring: Restoring): Promise<void> {
  const { copy, way, source, stackFacts, findings, record, clock } = restoring;
  record.facts.copy = copy.id;
  if (typeof way !== "number") record.facts.recoveryPoint = nameOf(way.arn);
  const begun = clock.now();
  try {
    await (typeof way === "number" ? copy.atTime(way) : copy.fromPoint(way, stackFacts.backup));
    record.figures.rtoSeconds = (clock.now() - begun) / 1000;
    const instance = await copy.describe();
    findings.judge(
      "restored",
      differencesOf(source, instance),
      `${copy.id}: ${instance?.Engine} ${instance?.EngineVersion}`,
    );
    if (typeof way === "number")
      findings.add(
        "moment",
        "unknown",
        `RDS was asked for ${new Date(way).toISOString()}; its log can't be read from here`,
      );
    await lookAt(restoring, instance);
  } catch (error) {
    findings.add("restored", "fail", (error as Error).message);
  } finally {
    await copy.remove().then(
      () => findings.add("removed", "pass", `${copy.id} is deleted`),
      (error: Error) => findings.add("removed", "fail", error.message),
    );
  }
}

/** What a copy has to have in common with the live one. */
function differencesOf(source: DBInstance, copy: DBInstance | undefined): string[] {
  if (copy?.DBInstanceStatus !== "available") return [`the copy is ${copy?.DBInstanceStatus ?? "not there"}`];
  return [
    ...(copy.Engine === source.Engine ? [] : [`its engine is ${copy.Engine}`]),
    ...(copy.StorageEncrypted ? [] : ["its storage isn't encrypted"]),
    ...(copy.PubliclyAccessible ? ["it has a public address"] : []),
    ...((copy.AllocatedStorage ?? 0) >= (source.AllocatedStorage ?? 0) ? [] : ["it has less storage"]),
  ];
}

async function lookAt(restoring: Restoring, copy: DBInstance | undefined): Promise<void> {
  const { drill, source, findings, outputs, stackFacts } = restoring;
  const region = stackFacts.backup.databaseArn.split(":")[3]!;
  const login: Login = {
    user: source.MasterUsername ?? "",
    database: source.DBName ?? "",
    password: () => passwordFrom(outputs, region),
  };
  findings.add("smoke test", "unknown", "no server of the stack runs on the copy");
  findings.add(
    "digests",
    "unknown",
    "nothing is marked in AWS's log: rows can't be compared with that very moment",
  );
  const look = drill.look ?? lookInto;
  const [own, live] = await Promise.all(
    [copy, source].map((each) => look(addressOf(each), login).catch(whyOf)),
  );
  const why = [own!, live!].flatMap((each) => ("why" in each ? [each.why] : []));
  if (!own || "why" in own || !live || "why" in live) {
    for (const name of ["row counts", "checksums"] as const) findings.add(name, "unknown", why.join("; "));
    return;
  }
  const lost = Object.entries(live.tables).flatMap(([table, { rows }]) => {
    const copied = own.tables[table];
    if (!copied) return [`${table}: is missing`];
    return copied.rows === 0 && rows > 0 ? [`${table}: is empty, the live one has ${rows} rows`] : [];
  });
  findings.judge("row counts", lost, `${Object.keys(own.tables).length} tables, none missing or emptied`);
  if (own.checksums) findings.add("checksums", "pass", "every table was read whole, with page checksums on");
  else findings.add("checksums", "unknown", "the database has no checksums");
}

function whyOf(error: Error): Looked {
  return { why: error.message };
}

function addressOf(instance: DBInstance | undefined): Address {
  return { host: instance?.Endpoint?.Address ?? "", port: instance?.Endpoint?.Port ?? 5432 };
}

async function passwordFrom(outputs: Record<string, unknown>, region: string): Promise<string> {
  const { databasePassword } = (outputs.secretNames ?? {}) as { databasePassword?: string };
  const client = new SecretsManagerClient(clientSettings(region));
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: databasePassword }));
  return SecretString ?? "";
}

/** How far behind the present RDS's own log is: what is lost if the instance is lost now. */
function measureLoss(
  source: DBInstance,
  now: number,
  findings: Findings,
  figures: DrillRecord["figures"],
): void {
  const latest = source.LatestRestorableTime?.getTime();
  if (latest === undefined) {
    findings.add("RPO", "fail", "point in time recovery is off");
    return;
  }
  const seconds = Math.max(0, (now - latest) / 1000);
  figures.rpoSeconds = seconds;
  const text = `the database can be taken back to ${seconds.toFixed(0)} s ago`;
  findings.judge(
    "RPO",
    seconds > AWS_RPO_LIMIT_SECONDS ? [`${text}, the limit is ${AWS_RPO_LIMIT_SECONDS} s`] : [],
    text,
  );
}

async function schedulesOf(projectDir: string, stack: string): Promise<string[]> {
  const { captureGraph } = await import("../../graph/capture.ts");
  return backupPlan(await captureGraph({ projectDir, stack }))?.schedules ?? [];
}

function outputsOf({ resources = [] }: Awaited<ReturnType<Engine["deployment"]>>): Record<string, unknown> {
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

/** RDS takes 63 characters. */
function copyId(source: string, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  return `${source.slice(0, 40).replace(/-$/, "")}-drill-${time}`;
}
