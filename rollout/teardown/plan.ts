import type { Deployment } from "../platforms/aws/deployment.ts";
import { STATEFUL } from "../preview/stateful.ts";
import { nameOf, resourcesIn, type StoredResource, staysBehind } from "./state.ts";

/** What a teardown does to a stack, before it does it. */
export interface TeardownPlan {
  stack: string;
  region: string;
  /** Resources that are deleted, of all. */
  deleted: number;
  /** Gone for good, in words. */
  lost: string[];
  /** In the account afterwards, what it costs, and how it goes. */
  stays: string[];
  /** By the names that AWS knows them by; undefined: it is no longer there. */
  database?: string;
  balancerArn?: string;
  flags?: { application: string; environment: string; profile: string };
  /** Of the last backup. */
  snapshot?: string;
}

const GRACE: Record<string, string> = {
  "aws:secretsmanager/secret:Secret": "for 7 days it can be restored: aws secretsmanager restore-secret",
  "aws:kms/key:Key": "for 7 days its deletion can be cancelled: aws kms cancel-key-deletion",
};

/** @param now milliseconds since the epoch: the last backup is named by it */
export function planOf(deployment: Deployment, stack: string, now: number): TeardownPlan {
  const all = resourcesIn(deployment).filter(({ type }) => type.includes(":") && !type.startsWith("pulumi:"));
  const one = (type: string) => all.find((each) => each.type === type);
  const database = textOf(one("aws:rds/instance:Instance"), "identifier");
  const balancerArn = textOf(one("aws:lb/loadBalancer:LoadBalancer"), "arn");
  const outputs = resourcesIn(deployment).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  const flags = outputs.flags as TeardownPlan["flags"] | undefined;
  const snapshot = database && `${database}-last-${stamp(now)}`;
  const going = all.filter((each) => !staysBehind(each));
  const region = /^arn:aws[\w-]*:\w+:([a-z0-9-]+):/.exec(
    balancerArn ?? textOf(one("aws:backup/vault:Vault"), "arn") ?? "",
  )?.[1];
  return {
    stack,
    region: region ?? "us-east-1",
    deleted: going.filter(({ type }) => type.startsWith("aws:")).length,
    lost: going.flatMap(lossOf),
    stays: [
      ...(snapshot
        ? [
            `the snapshot ${snapshot}, for ever: aws rds delete-db-snapshot --db-snapshot-identifier ${snapshot}`,
          ]
        : []),
      ...automatedBackups(one("aws:rds/instance:Instance")),
      ...all.flatMap(remainderOf),
    ],
    ...(database && { database, snapshot }),
    ...(balancerArn && { balancerArn }),
    ...(flags?.application && one("aws:appconfig/environment:Environment") && { flags }),
  };
}

function lossOf(resource: StoredResource): string[] {
  const what = STATEFUL[resource.type];
  if (what === undefined || resource.type.startsWith("random:")) return [];
  const grace = GRACE[resource.type];
  return [`${nameOf(resource)}: ${what}${grace ? ` (${grace})` : ""}`];
}

function remainderOf(resource: StoredResource): string[] {
  const name = textOf(resource, "name") ?? textOf(resource, "bucket") ?? nameOf(resource);
  if (resource.type === "aws:backup/vault:Vault")
    return [
      `the vault ${name}: its backups cost until each is as old as the plan kept it; then aws backup delete-backup-vault ` +
        `--backup-vault-name ${name}, and the role of the backups`,
    ];
  if (resource.type === "aws:s3/bucket:Bucket" && staysBehind(resource))
    return [
      `the journal in ${textOf(resource, "bucket")}, some cents a month: aws s3 rb --force s3://${textOf(resource, "bucket")}`,
    ];
  return [];
}

/** RDS keeps its continuous backups as long as before the deletion (User Guide, "Retaining automated backups"). */
function automatedBackups(database: StoredResource | undefined): string[] {
  const { deleteAutomatedBackups = true, backupRetentionPeriod } = database?.outputs ?? {};
  if (!database || deleteAutomatedBackups !== false) return [];
  return [
    `RDS's own backups of ${textOf(database, "identifier")}, ${backupRetentionPeriod} days, then they go by themselves`,
  ];
}

function textOf(resource: StoredResource | undefined, key: string): string | undefined {
  const value = resource?.outputs?.[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `20261129-125400`, UTC. */
function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}

export function planText({ stack, deleted, lost, stays, snapshot }: TeardownPlan): string {
  const item = (each: string) => `  ${each}`;
  return [
    `${stack}: ${deleted} resources are deleted, and its name answers no more.`,
    "Lost for good:",
    ...(lost.length > 0 ? lost.map(item) : ["  nothing"]),
    snapshot ? `First a last backup is taken: ${snapshot}` : "There is no database left to back up.",
    "Stays in the account, and costs:",
    ...(stays.length > 0 ? stays.map(item) : ["  nothing"]),
  ].join("\n");
}
