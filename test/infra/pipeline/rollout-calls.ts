import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** The service in IAM's words, by the SDK's package, and a thing of the stack's that a rollout acts on there. */
const SERVICES: Record<string, { prefix: string; resource: string }> = {
  "auto-scaling": {
    prefix: "autoscaling",
    resource: "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:0:autoScalingGroupName/beta-blue-1",
  },
  appconfig: {
    prefix: "appconfig",
    resource: "arn:aws:appconfig:us-east-1:1:application/abc1234/environment/def5678",
  },
  backup: { prefix: "backup", resource: "arn:aws:backup:us-east-1:1:backup-vault:beta-backups-1" },
  "cloudwatch-logs": { prefix: "logs", resource: "arn:aws:logs:us-east-1:1:log-group:/rollout/beta/app" },
  cloudwatch: { prefix: "cloudwatch", resource: "*" },
  "elastic-load-balancing-v2": {
    prefix: "elasticloadbalancing",
    resource: "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/beta-1/0/0",
  },
  rds: { prefix: "rds", resource: "arn:aws:rds:us-east-1:1:db:beta-database-1-drill-20260301120000" },
  s3: { prefix: "s3", resource: "arn:aws:s3:::beta-journal-1/beta/journal.jsonl" },
  "secrets-manager": {
    prefix: "secretsmanager",
    resource: "arn:aws:secretsmanager:us-east-1:1:secret:beta-operator-token-1",
  },
  "service-quotas": { prefix: "servicequotas", resource: "*" },
  ssm: { prefix: "ssm", resource: "arn:aws:ssm:us-east-1::document/AWS-RunShellScript" },
  sns: { prefix: "sns", resource: "arn:aws:sns:us-east-1:1:beta-p1-1" },
};

export const sources = sourcesIn("rollout");

/** Every module below a folder: its path in the project, and its text. */
function sourcesIn(folder: string): [path: string, text: string][] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [join(folder, name), readFileSync(join(ROOT, folder, name), "utf8")]);
}

/** `service:Command` of the AWS SDK, wherever a module of the folders imports one, or what pages through it. */
export function calls(folders: string[]): [action: string, resource: string][] {
  return sdkCalls(
    sources
      .filter(([path]) => folders.some((folder) => path.startsWith(`${folder}/`)))
      .map(([, text]) => text),
  );
}

/** The same of any modules' texts. */
export function sdkCalls(texts: readonly string[]): [action: string, resource: string][] {
  const imports = texts.flatMap((text) => [
    ...text.matchAll(/\{([^{}]*)\} (?:from|= await import\()\s*"@aws-sdk\/client-([\w-]+)"/g),
  ]);
  const found = imports.flatMap(([, names, client]) =>
    [...names!.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)].map(([, command, paged]) => {
      const service = SERVICES[client!] ?? expect.fail(`a rollout calls ${client}: name its service here`);
      return [`${service.prefix}:${command ?? paged}`, service.resource] as [string, string];
    }),
  );
  return [...new Map(found.map((each) => [each[0], each]))].map(([, each]) => each);
}

/** The actions alone. */
export function calledBy(folders: string[]): string[] {
  return calls(folders).map(([action]) => action);
}
