import type { Case } from "./case.ts";

/** What holds data is replaced, deleted or loses what protects it. */
export const data: Case[] = [
  {
    name: "the database's encryption is taken off",
    stack: "prod",
    edits: [["infra/data/database.ts", "storageEncrypted: true", "storageEncrypted: false"]],
    dangers: ["protection-weakened: prod-database", "stateful-replacement: prod-database"],
  },
  {
    name: "the database gets another name",
    stack: "beta",
    edits: [["infra/parts/stores.ts", "databaseName: `app_${", "databaseName: `web_${"]],
    dangers: ["stateful-replacement: beta-database"],
  },
  {
    name: "the database gets another owner",
    stack: "beta",
    edits: [["infra/parts/stores.ts", "username: `app_${", "username: `web_${"]],
    dangers: ["stateful-replacement: beta-database"],
  },
  {
    name: "the database is called something else in the program",
    stack: "beta",
    edits: [
      [
        "infra/data/database.ts",
        "new aws.rds.Instance(\n      `${name}-database`",
        "new aws.rds.Instance(\n      `${name}-postgres`",
      ],
    ],
    dangers: ["stateful-deletion: beta-database"],
  },
  {
    name: "the cache's encryption is taken off",
    stack: "beta",
    edits: [["infra/data/cache.ts", "atRestEncryptionEnabled: true", "atRestEncryptionEnabled: false"]],
    dangers: ["protection-weakened: beta-cache", "stateful-replacement: beta-cache"],
  },
  {
    name: "the cache's engine becomes Valkey",
    stack: "beta",
    edits: [["infra/data/cache.ts", 'engine: "redis"', 'engine: "valkey"']],
    dangers: ["stateful-replacement: beta-cache"],
  },
  {
    name: "a password gets longer, and with it another",
    stack: "beta",
    edits: [["infra/data/secrets.ts", "-database-password`, 32", "-database-password`, 40"]],
    dangers: ["password-rotated: beta-database", "stateful-replacement: beta-database-password"],
  },
  {
    name: "the log of the app gets another name",
    stack: "beta",
    edits: [["infra/watch/logs.ts", "name: `/rollout/${name}/${what}`", "name: `/web/${name}/${what}`"]],
    dangers: [
      "stateful-replacement: beta-app",
      "stateful-replacement: beta-nginx",
      "stateful-replacement: beta-seconds",
      "stateful-replacement: beta-system",
    ],
  },
  {
    name: "the buckets are called something else in the program",
    stack: "beta",
    edits: [
      [
        "infra/data/private-bucket.ts",
        "new aws.s3.Bucket(\n    name,",
        "new aws.s3.Bucket(\n    `${name}-new`,",
      ],
    ],
    dangers: [
      "iam-widened: beta-server",
      "stateful-deletion: beta-access-logs",
      "stateful-deletion: beta-journal",
      "stateful-deletion: beta-servers",
    ],
  },
  {
    name: "the secrets are called something else in the program",
    stack: "beta",
    edits: [
      [
        "infra/data/secrets.ts",
        "new aws.secretsmanager.Secret(name,",
        "new aws.secretsmanager.Secret(`${name}-new`,",
      ],
    ],
    dangers: [
      "iam-widened: beta-server",
      "stateful-deletion: beta-cache-password",
      "stateful-deletion: beta-database-password",
      "stateful-deletion: beta-operator-token",
      "stateful-deletion: beta-secret-key",
    ],
  },
  {
    name: "the vault is called something else in the program",
    stack: "prod",
    edits: [
      [
        "infra/data/backups.ts",
        "new aws.backup.Vault(\n      `${name}-backups`",
        "new aws.backup.Vault(\n      `${name}-vault`",
      ],
    ],
    dangers: ["stateful-deletion: prod-backups"],
  },
  {
    name: "the vault is no longer protected",
    stack: "beta",
    edits: [
      [
        "infra/data/backups.ts",
        "{ forceDestroy: false },\n      { parent: this, protect: true }",
        "{ forceDestroy: true },\n      { parent: this }",
      ],
    ],
    dangers: ["protection-weakened: beta-backups", "protection-weakened: beta-backups"],
  },
];
