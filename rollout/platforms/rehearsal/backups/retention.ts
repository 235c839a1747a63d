import { forgetMarkers } from "./markers.ts";
import { type Backup, pgbackrestWhenFree } from "./repository.ts";
import type { Store } from "./store.ts";
import type { Wholeness } from "./wholeness.ts";

const DAY = 86_400_000;

/**
 * Which backups may go: those past their time. But the newest good backup that is as old as the retention stays, so
 * that every moment within the retention can be restored. With no good backup none goes.
 *
 * The retention of pgBackRest itself isn't used, because it also counts backups that can't be restored any more.
 *
 * @param all oldest first
 * @param now milliseconds since the epoch
 */
export function expired(all: Backup[], good: Backup[], keepDays: number, now: number): Backup[] {
  const past = (backup: Backup) => backup.stop <= now - keepDays * DAY;
  const needed = good.findLast(past) ?? good[0];
  return needed ? all.filter((backup) => past(backup) && backup.stop < needed.stop) : [];
}

/**
 * Removes the backups past their time, and the log that only they needed.
 *
 * @returns the labels of those that are gone
 */
export async function expire(
  store: Store,
  all: Backup[],
  { good }: Wholeness,
  keepDays: number,
  now: number,
): Promise<string[]> {
  const gone = expired(all, good, keepDays, now).map(({ label }) => label);
  for (const [index, label] of gone.entries()) {
    const left = all.length - index - 1;
    // The log is kept from the oldest backup on that is left.
    const archive = [`--repo1-retention-archive=${left}`, "--repo1-retention-archive-type=full"];
    await pgbackrestWhenFree(store, ["expire", `--set=${label}`, ...archive]);
  }
  const oldest = all.find(({ label }) => !gone.includes(label));
  if (oldest) forgetMarkers(store, oldest.stop);
  return gone;
}
