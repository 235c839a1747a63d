import { nth } from "../../../../infra/sure.ts";
import { RehearsalError } from "../machine/errors.ts";

const MINUTE = 60_000;
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** A schedule that doesn't fire within this many days doesn't fire (29 February is within four years). */
const HORIZON_DAYS = 4 * 366;

/**
 * When an AWS schedule fires next, in UTC.
 *
 * Source: Amazon EventBridge Scheduler, "Cron-based schedules": minutes, hours, day of month, month, day of week
 * (1 is Sunday), year. `L`, `W` and `#` aren't played.
 *
 * @param after milliseconds since the epoch; the answer is later than it
 * @throws {RehearsalError} for what isn't a schedule
 */
export function nextTime(schedule: string, after: number): number {
  const { minutes, hours, isDay } = parse(schedule);
  const first = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const start = new Date(first);
  for (let day = 0; day <= HORIZON_DAYS; day += 1) {
    const midnight = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate() + day);
    if (!isDay(new Date(midnight))) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const time = midnight + (hour * 60 + minute) * MINUTE;
        if (time >= first) return time;
      }
    }
  }
  throw new RehearsalError(`${schedule}: never fires`);
}

function parse(schedule: string) {
  const fields = /^cron\((.+)\)$/.exec(schedule)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) throw notPlayed(schedule);
  const set = (index: number, low: number, high: number, names: string[] = []) => {
    const values = valuesOf(nth(fields, index), low, high, names);
    if (!values) throw notPlayed(schedule);
    return values;
  };
  const inDays = set(2, 1, 31);
  const inMonths = set(3, 1, 12, MONTHS);
  const inWeekdays = set(4, 1, 7, DAYS);
  const inYears = set(5, 1970, 2199);
  return {
    minutes: [...set(0, 0, 59)].sort((a, b) => a - b),
    hours: [...set(1, 0, 23)].sort((a, b) => a - b),
    isDay: (day: Date) =>
      inYears.has(day.getUTCFullYear()) &&
      inMonths.has(day.getUTCMonth() + 1) &&
      inDays.has(day.getUTCDate()) &&
      inWeekdays.has(day.getUTCDay() + 1),
  };
}

/** Every value that a field such as `0/6`, `MON-FRI` or `1,15` names; undefined for what it doesn't read. */
function valuesOf(field: string, low: number, high: number, names: string[]): Set<number> | undefined {
  const found = new Set<number>();
  const numbered = field.replaceAll(/[A-Z]{3}/gi, (name) =>
    String(names.indexOf(name.toUpperCase()) + 1 || name),
  );
  for (const part of numbered.split(",")) {
    const [, range, step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [, from, to] =
      /^(\d+)(?:-(\d+))?$/.exec(/^[*?]$/.test(range ?? "") ? `${low}-${high}` : (range ?? "")) ?? [];
    if (from === undefined || Number(step) < 1) return undefined;
    const last = to !== undefined ? Number(to) : part.includes("/") ? high : Number(from);
    if (Number(from) < low || last > high) return undefined;
    for (let value = Number(from); value <= last; value += Number(step)) found.add(value);
  }
  return found;
}

function notPlayed(schedule: string): RehearsalError {
  return new RehearsalError(`${schedule}: not a schedule that is played here, such as cron(0 0/6 * * ? *)`);
}
