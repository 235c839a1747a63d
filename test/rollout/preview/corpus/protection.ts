import type { Case } from "./case.ts";

const one = (
  name: string,
  stack: Case["stack"],
  edit: [string, string, string],
  ...dangers: string[]
): Case => ({ name, stack, edits: [edit], dangers });

/** Backups, encryption, TLS, protection, alarms. */
export const protection: Case[] = [
  {
    name: "backups twice a day",
    stack: "prod",
    config: { "database.backupEveryHours": 12 },
    dangers: ["alarm-loosened: prod-backup-missing", "backups-thinner: prod-backups"],
  },
  {
    name: "backups kept for a week",
    stack: "beta",
    config: { "database.backupRetentionDays": 7 },
    dangers: ["backups-thinner: beta-backups"],
  },
  {
    name: "backups kept for a week, under a lock",
    stack: "prod",
    config: { "database.backupRetentionDays": 7 },
    dangers: ["backups-thinner: prod-backups", "backups-thinner: prod-backups"],
  },
  one(
    "point in time recovery for a day",
    "beta",
    ["infra/settings/tier.ts", "pointInTimeDays: 7", "pointInTimeDays: 1"],
    "backups-thinner: beta-database",
  ),
  one(
    "the vault's lock is taken off",
    "prod",
    ["infra/settings/tier.ts", "vaultLock: true", "vaultLock: false"],
    "backups-thinner: prod-backups",
  ),
  one(
    "the monthly restore's copy loses its firewall",
    "prod",
    ["infra/data/backups.ts", "vpcSecurityGroupIds: pulumi.jsonStringify([test.place.securityGroupId]),", ""],
    "protection-weakened: prod-restore-test",
  ),
  one(
    "the monthly restore's copy is put into the default network",
    "beta",
    ["infra/data/backups.ts", "dbSubnetGroupName: test.place.subnetGroupName,", ""],
    "protection-weakened: beta-restore-test",
  ),
  one(
    "logs kept for a week",
    "beta",
    ["infra/parts/ground.ts", "LOG_RETENTION_DAYS = 30", "LOG_RETENTION_DAYS = 7"],
    "backups-thinner: beta-app",
    "backups-thinner: beta-database-postgresql",
    "backups-thinner: beta-database-upgrade",
    "backups-thinner: beta-flow",
    "backups-thinner: beta-nginx",
    "backups-thinner: beta-system",
  ),
  one(
    "TLS 1.0 at the balancer",
    "beta",
    ["infra/traffic/balancer.ts", "sslPolicy: TLS_POLICY", 'sslPolicy: "ELBSecurityPolicy-2016-08"'],
    "protection-weakened: beta-https",
  ),
  one(
    "TLS 1.1 at nginx",
    "beta",
    ["infra/host/nginx.ts", "ssl_protocols TLSv1.2 TLSv1.3", "ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3"],
    "protection-weakened: beta-blue",
    "protection-weakened: beta-green",
  ),
  one(
    "the database has a public address",
    "prod",
    ["infra/data/database.ts", "publiclyAccessible: false", "publiclyAccessible: true"],
    "protection-weakened: prod-database",
  ),
  one(
    "the buckets may be public",
    "beta",
    ["infra/data/private-bucket.ts", "blockPublicPolicy: true", "blockPublicPolicy: false"],
    "protection-weakened: beta-access-logs",
    "protection-weakened: beta-journal",
  ),
  one(
    "instance metadata without a session",
    "beta",
    ["infra/servers/track.ts", 'httpTokens: "required"', 'httpTokens: "optional"'],
    "protection-weakened: beta-blue",
    "protection-weakened: beta-green",
  ),
  one(
    "database and balancer may be deleted",
    "prod",
    [
      "infra/settings/tier.ts",
      "deletionProtection: true,\n    vaultLock: true",
      "deletionProtection: false,\n    vaultLock: true",
    ],
    "protection-weakened: prod-access-logs",
    "protection-weakened: prod-alb",
    "protection-weakened: prod-database",
  ),
  one(
    "the cache takes clients without TLS",
    "beta",
    ["infra/data/cache.ts", 'transitEncryptionMode: "required"', 'transitEncryptionMode: "preferred"'],
    "protection-weakened: beta-cache",
  ),
  one(
    "PostgreSQL takes clients without TLS",
    "beta",
    ["infra/data/database-parameters.ts", '"rds.force_ssl": "1"', '"rds.force_ssl": "0"'],
    "protection-weakened: beta-database",
  ),
  {
    name: "no standby of the database",
    stack: "prod",
    config: { "database.multiAz": false },
    dangers: ["protection-weakened: prod-database"],
  },
  one(
    "latency may be a second",
    "beta",
    ["infra/alarms/track.ts", "maxP95InSeconds: 0.5", "maxP95InSeconds: 1"],
    "alarm-loosened: beta-blue-latency",
    "alarm-loosened: beta-green-latency",
  ),
  one("latency may be 300 ms", "beta", [
    "infra/alarms/track.ts",
    "maxP95InSeconds: 0.5",
    "maxP95InSeconds: 0.3",
  ]),
  one(
    "down without data is fine",
    "beta",
    [
      "infra/alarms/track.ts",
      'missing: { as: "breaching", because: "no server is registered, which is as bad" }',
      'missing: { as: "notBreaching", because: "none" }',
    ],
    "alarm-loosened: beta-blue-down",
    "alarm-loosened: beta-green-down",
  ),
  one(
    "no alarm for latency",
    "beta",
    ["infra/alarms/track.ts", "    latency(scope, track.name, of),\n", ""],
    "alarm-loosened: beta-blue-latency",
    "alarm-loosened: beta-green-latency",
  ),
  {
    name: "nobody is told by SMS",
    stack: "prod",
    config: { operators: { email: ["ops@example.com"] } },
    dangers: ["alarm-loosened: prod-p1"],
  },
  {
    name: "nobody is left to tell",
    stack: "beta",
    config: { operators: { email: [] } },
    dangers: ["alarm-loosened: beta-p1, beta-p2, beta-p3"],
  },
  {
    name: "only another address is told",
    stack: "beta",
    config: { operators: { email: ["sre@example.com"] } },
    dangers: ["alarm-loosened: beta-p1, beta-p2, beta-p3"],
  },
  {
    name: "another address is told as well",
    stack: "beta",
    config: { operators: { email: ["ops@example.com", "sre@example.com"] } },
    dangers: [],
  },
  {
    name: "another address is told, and the telephone as before",
    stack: "prod",
    config: { operators: { email: ["sre@example.com"], sms: ["+12025550123"] } },
    dangers: ["alarm-loosened: prod-p2, prod-p3"],
  },
];
