import { usersRelyOn } from "../../support/relied.ts";

// What can't be made again is kept, closed and encrypted.
const KEPT = [
  ["the database", "Instance", "database"],
  ["the cache", "ReplicationGroup", "cache"],
  ["the vault", "Vault", "backups"],
] as const;

for (const stack of ["beta", "prod"]) {
  usersRelyOn(stack, [
    ...KEPT.map(
      ([what, type, name]) =>
        [`${what} isn't deleted by a mistake`, `${type} ${stack}-${name}`, "options.protect", true] as [
          string,
          string,
          string,
          unknown,
        ],
    ),
    ["the vault isn't emptied with the stack", `Vault ${stack}-backups`, "forceDestroy", false],
    ["the journal isn't either", `Bucket ${stack}-journal`, "forceDestroy", false],
    ["nor is the database deleted by hand", `Instance ${stack}-database`, "deletionProtection", true],
    ["its disk is encrypted", `Instance ${stack}-database`, "storageEncrypted", true],
    ["it has no public address", `Instance ${stack}-database`, "publiclyAccessible", false],
    [
      "no change waits for nobody: they come in the window",
      `Instance ${stack}-database`,
      "applyImmediately",
      false,
    ],
    ["a major version is a decision", `Instance ${stack}-database`, "allowMajorVersionUpgrade", false],
    ["a minor one is a security fix", `Instance ${stack}-database`, "autoMinorVersionUpgrade", true],
    ["slow queries are found", `Instance ${stack}-database`, "performanceInsightsEnabled", true],
    [
      "for the seven days that are free",
      `Instance ${stack}-database`,
      "performanceInsightsRetentionPeriod",
      7,
    ],
    ["its host is seen minute by minute", `Instance ${stack}-database`, "monitoringInterval", 60],
    ["snapshots are found by the stack's tags", `Instance ${stack}-database`, "copyTagsToSnapshot", true],
    [
      "the cache is encrypted on its way",
      `ReplicationGroup ${stack}-cache`,
      "transitEncryptionEnabled",
      true,
    ],
    ["and at rest", `ReplicationGroup ${stack}-cache`, "atRestEncryptionEnabled", true],
    ["it changes in its window", `ReplicationGroup ${stack}-cache`, "applyImmediately", false],
    ["it gets security fixes", `ReplicationGroup ${stack}-cache`, "autoMinorVersionUpgrade", true],
    [
      "a deleted secret can be had back for a week",
      `Secret ${stack}-database-password`,
      "recoveryWindowInDays",
      7,
    ],
    ["passwords fit into every URL", `RandomPassword ${stack}-database-password`, "special", false],
    ["and can't be guessed", `RandomPassword ${stack}-database-password`, "length", 32],
    ["nor can the cache's", `RandomPassword ${stack}-cache-password`, "length", 32],
    ["nor the operators'", `RandomPassword ${stack}-operator-token`, "length", 32],
    ["nor what signs sessions", `RandomPassword ${stack}-secret-key`, "length", 64],
    [
      "a restore is tried from the last week's backups",
      `RestoreTestingPlan ${stack}-restore-test`,
      "recoveryPointSelection.selectionWindowDays",
      7,
    ],
    ["it begins within a night", `RestoreTestingPlan ${stack}-restore-test`, "startWindowHours", 8],
    [
      "and stays long enough to be looked at",
      `RestoreTestingSelection ${stack}-restore-test`,
      "validationWindowHours",
      4,
    ],
    [
      "old states of the journal go after three months",
      `BucketLifecycleConfiguration ${stack}-journal`,
      "rules.0.noncurrentVersionExpiration.noncurrentDays",
      90,
    ],
    [
      "what wasn't wholly uploaded goes after a day",
      `BucketLifecycleConfiguration ${stack}-journal`,
      "rules.0.abortIncompleteMultipartUpload.daysAfterInitiation",
      1,
    ],
    ["the journal is closed to all", `BucketPublicAccessBlock ${stack}-journal`, "blockPublicPolicy", true],
    ["in each way", `BucketPublicAccessBlock ${stack}-journal`, "restrictPublicBuckets", true],
    ["by lists too", `BucketPublicAccessBlock ${stack}-journal`, "blockPublicAcls", true],
    ["by old lists too", `BucketPublicAccessBlock ${stack}-journal`, "ignorePublicAcls", true],
  ]);
}
