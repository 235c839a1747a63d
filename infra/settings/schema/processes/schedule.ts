import { nextCron } from "./cron.ts";

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * When a schedule of EventBridge Scheduler fires next, in UTC.
 *
 * Source: EventBridge Scheduler User Guide, "Schedule types": `cron(...)` and `rate(15 minutes)`.
 *
 * @param after milliseconds since the epoch; the answer is later than it
 * @param since from when a rate counts, in the same unit
 * @throws {RangeError} that says what is wrong with it
 */
export function nextTime(schedule: string, after: number, since = 0): number {
  const every = rateOf(schedule);
  if (every !== undefined) return since + (Math.floor((after - since) / every) + 1) * every;
  if (schedule.startsWith("cron(")) return nextCron(schedule, after);
  throw new RangeError("is neither cron(...) nor rate(...)");
}

/** What is wrong with a schedule; undefined when nothing is. */
export function scheduleMistake(schedule: string): string | undefined {
  try {
    nextTime(schedule, Date.UTC(2026, 0, 1));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Milliseconds between two times; undefined for what isn't a rate. */
function rateOf(schedule: string): number | undefined {
  if (!schedule.startsWith("rate(")) return undefined;
  const [, count, unit] = /^rate\(([1-9]\d{0,3}) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (count === undefined)
    throw new RangeError("is no rate: a whole number and minutes, hours or days, as in rate(15 minutes)");
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
