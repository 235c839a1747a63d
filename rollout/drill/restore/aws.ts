import { type DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { clientSettings } from "../../../infra/aws-client.ts";
import { nth } from "../../../infra/sure.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { factsOf, type StackFacts } from "../../platforms/aws/deployment.ts";
import { automation, type Engine } from "../../platforms/aws/engine.ts";
import { Objects } from "../../platforms/aws/journal/objects.ts";
import { drillObjects } from "../drill-objects.ts";
import { Findings } from "../findings.ts";
import { type DrillRecord, recordOf } from "../record.ts";
import { AwsCopy, describeInstance } from "./aws-copy.ts";
import { CHECKS, type RestoreFindings } from "./checks.ts";
import { copyId } from "./copy-id.ts";
import { type Declared, declaredOf } from "./declared.ts";
import { inspectVault, nameOf, type RecoveryPoint } from "./recovery-points.ts";
import { verifyWithin } from "./within/verify.ts";

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
  declared?: Declared;
}

/**
 * Restores the database in AWS into an instance beside the live one, from the vault or to a moment, has one of the stack's
 * servers compare its rows and try the application on it, and deletes it, whatever happened.
 *
 * @throws {UserError} when there is nothing to drill, or the copy may still be there
 */
export async function drillRestoreOnAws(drill: AwsRestoreDrill): Promise<DrillRecord> {
  const { stack, projectDir, clock = systemClock, engine = automation({ projectDir, stack, clock }) } = drill;
  const facts = factsOf(await engine.deployment());
  const region = nth(facts.backup.databaseArn.split(":"), 3);
  const startedAt = clock.now();
  const findings: RestoreFindings = new Findings(drill.say);
  const record: Pick<DrillRecord, "figures" | "facts"> = { figures: {}, facts: {} };
  const rds = new RDSClient(clientSettings(region));
  const sourceId = nameOf(facts.backup.databaseArn);
  const source = await describeInstance(rds, sourceId);
  if (!source) throw new UserError(`there is no database ${sourceId}`);
  const declared = drill.declared ?? (await declaredOf(projectDir, stack));
  const { schedules } = declared;
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

  const way = drill.at ?? newest;
  if (way !== undefined) {
    const copy = new AwsCopy(copyId(sourceId, startedAt), source, { region, clock, signal: drill.signal });
    await restored({ drill, copy, way, source, facts, declared, region, findings, record, clock });
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
  facts: StackFacts;
  declared: Declared;
  region: string;
  findings: RestoreFindings;
  record: Pick<DrillRecord, "figures" | "facts">;
  clock: Clock;
}

async function restored(restoring: Restoring): Promise<void> {
  const { copy, way, source, facts, findings, record, clock } = restoring;
  record.facts.copy = copy.id;
  if (typeof way !== "number") record.facts.recoveryPoint = nameOf(way.arn);
  const begun = clock.now();
  try {
    await (typeof way === "number" ? copy.atTime(way) : copy.fromPoint(way, facts.backup));
    record.figures.rtoSeconds = (clock.now() - begun) / 1000;
    const instance = await copy.describe();
    findings.judge(
      "restored",
      differencesOf(source, instance),
      `${copy.id}: ${instance?.Engine} ${instance?.EngineVersion}`,
    );
    await verify(restoring, instance);
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

/** A backup holds what was committed before its job began; it may hold more. */
async function verify(restoring: Restoring, copy: DBInstance | undefined): Promise<void> {
  const { drill, way, facts, declared, region, findings, clock } = restoring;
  const exact = typeof way === "number";
  await verifyWithin({
    region,
    clock,
    signal: drill.signal,
    copy: { host: copy?.Endpoint?.Address ?? "", port: copy?.Endpoint?.Port ?? 5432 },
    moment: exact ? way : way.at,
    exact,
    facts,
    track: declared.stable,
    domain: new URL(facts.url).hostname,
    tests: declared.smoke,
    findings,
  });
}

/** How far behind the present RDS's own log is: what is lost if the instance is lost now. */
function measureLoss(
  source: DBInstance,
  now: number,
  findings: RestoreFindings,
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
