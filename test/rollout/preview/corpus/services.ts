import type { Case } from "./case.ts";

const beta = (name: string, edit: [string, string, string], ...dangers: string[]): Case => ({
  name,
  stack: "beta",
  edits: [edit],
  dangers,
});
const VERSION = "engineVersion: String(settings.version),\n        allowMajorVersionUpgrade: upgraded";
const RULE_LIFECYCLE = "minRetentionDays: args.retentionDays,";

/** What AWS refuses, does with an outage, or lets go on without what it was meant to do; and what only looks so. */
export const services: Case[] = [
  // The database.
  {
    name: "the next major version of the database",
    stack: "beta",
    config: { "database.version": 17 },
    dangers: ["aws-refuses: beta-database"],
  },
  {
    name: "an upgrade of the database that is meant",
    stack: "beta",
    config: { "database.version": 17, "database.upgradeFrom": 16 },
    dangers: ["data-outage: beta-database"],
  },
  {
    name: "an older version of the database",
    stack: "prod",
    config: { "database.version": 15 },
    dangers: ["aws-refuses: prod-database"],
  },
  beta(
    "a major version, allowed",
    ["infra/data/database.ts", VERSION, 'engineVersion: "17",\n        allowMajorVersionUpgrade: true'],
    "data-outage: beta-database",
  ),
  beta("a minor version of the database", [
    "infra/data/database.ts",
    "engineVersion: String(settings.version)",
    'engineVersion: "16.4"',
  ]),
  {
    name: "less storage",
    stack: "prod",
    config: { "database.storageGiB": 50 },
    dangers: ["aws-refuses: prod-database"],
  },
  {
    name: "storage may grow to less",
    stack: "prod",
    config: { "database.maxStorageGiB": 300 },
    dangers: [],
  },
  {
    name: "a smaller database",
    stack: "prod",
    config: { "database.instanceClass": "db.t4g.medium" },
    dangers: ["memory-shrunk: prod-database"],
  },
  // By CloudFormation's specification; the provider does it in place, with a restart at once (engine.test.ts).
  beta(
    "the database listens on another port",
    ["infra/data/database.ts", "readonly port = 5432", "readonly port = 5433"],
    "stateful-replacement: beta-database",
  ),
  beta("the maintenance window an hour later", [
    "infra/data/database.ts",
    '"sun:05:30-sun:06:00"',
    '"sun:06:30-sun:07:00"',
  ]),
  {
    name: "a larger database at once",
    stack: "beta",
    config: { "database.instanceClass": "db.t4g.medium" },
    edits: [["infra/data/database.ts", "applyImmediately: upgraded", "applyImmediately: true"]],
    dangers: ["data-outage: beta-database"],
  },
  // The cache.
  {
    name: "a cache with half the memory",
    stack: "prod",
    config: { "cache.nodeType": "cache.t4g.micro" },
    dangers: ["memory-shrunk: prod-cache"],
  },
  {
    name: "a cache of another kind, as large",
    stack: "prod",
    config: { "cache.nodeType": "cache.t3.small" },
    dangers: [],
  },
  beta(
    "an older version of the cache",
    ["infra/data/cache.ts", 'engineVersion: "7.1"', 'engineVersion: "7.0"'],
    "aws-refuses: beta-cache",
  ),
  // The network.
  {
    name: "another range of the network",
    stack: "beta",
    config: { network: { cidr: "10.40.0.0/16", zones: ["a", "b"] } },
    dangers: ["aws-refuses: beta-vpc", "track-replacement: beta-blue", "track-replacement: beta-green"],
  },
  {
    name: "a zone less",
    stack: "prod",
    config: { "network.zones": ["a", "b"] },
    dangers: ["aws-refuses: prod-data-c, prod-private-c, prod-public-c"],
  },
  {
    name: "a zone more",
    stack: "beta",
    config: { network: { cidr: "10.20.0.0/16", zones: ["a", "b", "c"] } },
    dangers: [],
  },
  beta(
    "another range of the data subnets",
    ["infra/network/cidr.ts", "TIERS.indexOf(tier) * 64", '(tier === "data" ? 3 : TIERS.indexOf(tier)) * 64'],
    "aws-refuses: beta-data-a, beta-data-b",
  ),
  // What a stack does without from now on.
  {
    name: "no cache any more",
    stack: "beta",
    config: { cache: "none" },
    dangers: [
      "stateful-deletion: beta-cache",
      "stateful-deletion: beta-cache-password",
      "stateful-deletion: beta-cache-password",
    ],
  },
  {
    name: "no web firewall any more",
    stack: "beta",
    config: { webFirewall: "none" },
    dangers: ["protection-weakened: beta-waf"],
  },
  // Names.
  {
    name: "another domain",
    stack: "beta",
    config: { domain: "pilot.example.com" },
    dangers: ["name-gone: beta-a, beta-aaaa"],
  },
  // The vault's lock.
  {
    name: "the lock of the vault is for ever",
    stack: "prod",
    edits: [["infra/data/backups.ts", RULE_LIFECYCLE, `${RULE_LIFECYCLE}\n          changeableForDays: 3,`]],
    dangers: ["lock-for-ever: prod-backups"],
  },
  {
    name: "the lock of the vault asks for more than the plan keeps",
    stack: "prod",
    edits: [["infra/data/backups.ts", RULE_LIFECYCLE, "minRetentionDays: args.retentionDays + 5,"]],
    dangers: ["aws-refuses: prod-backups"],
  },
  {
    name: "the lock of the vault lets the plan keep more",
    stack: "prod",
    config: { "database.backupRetentionDays": 60 },
    dangers: [],
  },
  // Passwords.
  {
    name: "all passwords are made anew",
    stack: "beta",
    edits: [
      [
        "infra/data/secrets.ts",
        "{ length, special: false }",
        '{ length, special: false, keepers: { turn: "2" } }',
      ],
    ],
    dangers: [
      "password-rotated: beta-cache",
      "password-rotated: beta-database",
      "stateful-replacement: beta-cache-password",
      "stateful-replacement: beta-database-password",
      "stateful-replacement: beta-operator-token",
      "stateful-replacement: beta-secret-key",
    ],
  },
];
