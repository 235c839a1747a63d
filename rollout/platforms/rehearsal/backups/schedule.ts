import { nextTime } from "../../../../infra/settings/schema/processes/schedule.ts";
import type { Backup } from "./repository.ts";

/** How long after its time a backup may be complete, as the stack's own plan has it: an hour to start, then the work. */
const GRACE_MS = 2 * 3600_000;

/**
 * When the next backup is due, in milliseconds since the epoch: at once when there is none, else at the first time of a
 * schedule after the newest. A time that passed while nobody was there is made up for.
 */
export function dueAt(schedules: string[], newest: Pick<Backup, "start"> | undefined): number {
  if (!newest) return 0;
  return Math.min(...schedules.map((schedule) => nextTime(schedule, newest.start)));
}

/** What is wrong with the newest good backup's age; undefined when nothing is. */
export function tooOld(schedules: string[], newest: Backup | undefined, now: number): string | undefined {
  if (!newest) return "there is no good backup";
  if (schedules.length === 0) return undefined;
  const due = dueAt(schedules, newest);
  if (now <= due + GRACE_MS) return undefined;
  const hours = ((now - newest.stop) / 3600_000).toFixed(1);
  return `${newest.label}: the newest good backup is ${hours} h old, the next was due ${new Date(due).toISOString()}`;
}
