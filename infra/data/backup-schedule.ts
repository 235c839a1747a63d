/** 03:00 UTC on the first of each month, an hour at which no backup window of the database is open. */
export const MONTHLY_CRON = "cron(0 3 1 * ? *)";

/**
 * AWS cron for a backup every so many hours from midnight, UTC.
 *
 * @param hours divides the day: 1, 2, 3, 4, 6, 8, 12 or 24
 * @throws {RangeError} for any other number: the last interval of the day would be a shorter one
 */
export function everyHoursCron(hours: number): string {
  if (!Number.isInteger(hours) || hours < 1 || 24 % hours !== 0) {
    throw new RangeError(`backups every ${hours} hours don't divide the day`);
  }
  // `0/24` is no valid step.
  return hours === 24 ? "cron(0 0 * * ? *)" : `cron(0 0/${hours} * * ? *)`;
}

/**
 * Minutes in which a backup must start and be done. A job that misses either is EXPIRED, which counts as failed.
 * An hour to start is the least that AWS Backup takes; it must end before the next one but one is due.
 */
export function backupWindows(hours: number): { startWindow: number; completionWindow: number } {
  return { startWindow: 60, completionWindow: 60 * Math.max(2, hours) };
}
