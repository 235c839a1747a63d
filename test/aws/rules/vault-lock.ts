import { Refused, type Rule } from "./rule.ts";

export const VAULT_LOCK: Rule = {
  name: "a locked vault fails a backup whose retention it doesn't allow, and one without a retention",
  source: "AWS Backup API Reference, PutBackupVaultLockConfiguration: MinRetentionDays, MaxRetentionDays",
};

export interface Lock {
  minRetentionDays?: number;
  maxRetentionDays?: number;
}

/** @throws {Refused} for a job that the lock doesn't let in */
export function holdToLock(lock: Lock | undefined, lifecycle: { DeleteAfterDays?: number } | undefined) {
  if (!lock) return;
  // Kept for ever: as long as any minimum, longer than any maximum.
  const days = lifecycle?.DeleteAfterDays ?? Number.POSITIVE_INFINITY;
  const { minRetentionDays: min = 0, maxRetentionDays: max = Number.POSITIVE_INFINITY } = lock;
  if (days >= min && days <= max) return;
  throw new Refused(
    VAULT_LOCK,
    `Retention period for backup job (${days} days) is not within the vault lock's ${min} to ${max} days`,
  );
}
