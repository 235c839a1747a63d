import { z } from "zod";
import { flag, text, whole } from "./fields.ts";
import { elsewhere } from "./secrets.ts";

const existing = z.strictObject(
  {
    instance: text("must be the identifier of an RDS instance", /^(?=.{2,63}$)[a-z](-?[a-z0-9])+$/).describe(
      "its identifier, in the stack's account and region",
    ),
    securityGroup: text(
      "must be a security group's id, such as sg-0123456789abcdef0",
      /^sg-[0-9a-f]{8,17}$/,
    ).describe("its security group, which lets the stack's servers in from now on"),
    url: elsewhere.describe("the secret that the app's DATABASE_URL is, whole"),
  },
  "must be a database: { instance, securityGroup, url }",
);

export const database = z.strictObject({
  existing: existing
    .optional()
    .describe(
      "an RDS instance for PostgreSQL that is there already, in place of one of the stack's own: it is backed up and watched, " +
        "and the other keys say what it is; the rehearsal has a database of its own all the same",
    ),
  instanceClass: text("must be an RDS instance class such as db.t4g.small", /^db\.[a-z0-9]+\.[a-z0-9]+$/)
    .default("db.t4g.small")
    .describe("RDS instance class"),
  version: z
    .int("must be a PostgreSQL major version, 15 or later")
    .min(15, "must be a PostgreSQL major version, 15 or later")
    .default(16)
    .describe("PostgreSQL major version, 15 or later"),
  upgradeFrom: z
    .int("must be a PostgreSQL major version, 15 or later")
    .min(15, "must be a PostgreSQL major version, 15 or later")
    .optional()
    .describe(
      "the version that the stack's own database runs now: the next `up` takes it to `version` at once, with an outage and no way back but a " +
        "snapshot (docs/upgrade-database.md); taken out again afterwards",
    ),
  storageGiB: whole(20, 16_384).default(20).describe("storage in GiB"),
  maxStorageGiB: whole(20, 65_536).default(100).describe("how far storage may grow by itself, in GiB"),
  multiAz: flag.optional().describe("a standby in a second zone; by default true in prod, false in beta"),
  // Not 1: AWS Backup starts none in the hour before RDS's own windows (Developer Guide, "Backup plan options"), and one an
  // hour would always meet them.
  backupEveryHours: z
    .literal([2, 3, 4, 6, 8, 12, 24], "must divide the day: 2, 3, 4, 6, 8, 12 or 24")
    .default(6)
    .describe("hours between backups; to any moment in between RDS goes back by itself"),
  backupRetentionDays: whole(7, 3650).default(30).describe("days that a backup is kept"),
});

export const cache = z.strictObject({
  nodeType: text("must be an ElastiCache node type such as cache.t4g.micro", /^cache\.[a-z0-9]+\.[a-z0-9]+$/)
    .default("cache.t4g.micro")
    .describe("ElastiCache node type"),
  evictionPolicy: z
    .enum(
      ["volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-ttl", "noeviction"],
      "must be a Redis maxmemory-policy such as volatile-lru",
    )
    .default("volatile-lru")
    .describe("what Redis drops when it is full (maxmemory-policy)"),
});
