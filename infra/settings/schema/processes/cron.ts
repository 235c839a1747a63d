import { nth } from "../../../sure.ts";

const MINUTE = 60_000;
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** A schedule that doesn't fire within this many days doesn't fire (29 February is at most eight years away). */
const HORIZON_DAYS = 8 * 366;

/**
 * When an AWS cron fires next, in UTC.
 *
 * Source: EventBridge Scheduler User Guide, "Schedule types", cron-based schedules: minutes, hours, day of month, month, day
 * of week (1 is Sunday), year.
 *
 * @param after milliseconds since the epoch; the answer is later than it
 * @throws {RangeError} that says what is wrong with it, or that it never fires
 */
export function nextCron(schedule: string, after: number): number {
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
  throw new RangeError("never fires");
}

type IsDay = (day: Date) => boolean;

function parse(schedule: string) {
  const fields = /^cron\((.*)\)$/.exec(schedule)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) {
    throw new RangeError(
      `has ${fields.length} fields and not six: minutes, hours, day of month, month, day of week, year`,
    );
  }
  const [minute, hour, date, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((date === "?") === (weekday === "?"))
    throw new RangeError("needs a ? for the day of month or for the day of week, and not for both");
  const months = valuesOf("month", month, 1, 12, MONTHS);
  const years = valuesOf("year", year, 1970, 2199);
  const onDay = weekday === "?" ? dateOf(date) : weekdayOf(weekday);
  return {
    minutes: sorted(valuesOf("minutes", minute, 0, 59)),
    hours: sorted(valuesOf("hours", hour, 0, 23)),
    isDay: ((day) =>
      years.has(day.getUTCFullYear()) && months.has(day.getUTCMonth() + 1) && onDay(day)) satisfies IsDay,
  };
}

/** `L` is the month's last day, `15W` the weekday that is nearest to the 15th in the same month. */
function dateOf(field: string): IsDay {
  if (field === "L") return (day) => day.getUTCDate() === daysInMonth(day);
  const near = /^(\d{1,2})W$/.exec(field)?.[1];
  if (near === undefined) {
    const dates = valuesOf("day of month", field, 1, 31);
    return (day) => dates.has(day.getUTCDate());
  }
  const wanted = nth([...valuesOf("day of month", near, 1, 31)], 0);
  return (day) => wanted <= daysInMonth(day) && day.getUTCDate() === nearestWeekday(day, wanted);
}

/** `FRI#2` is the month's second Friday, `FRIL` its last. */
function weekdayOf(field: string): IsDay {
  const [, name, rank] = /^(\w+?)(L|#[1-5])$/.exec(field) ?? [];
  const days = valuesOf("day of week", name ?? field, 1, 7, DAYS);
  return (day) => {
    if (!days.has(day.getUTCDay() + 1)) return false;
    if (rank === undefined) return true;
    if (rank === "L") return day.getUTCDate() + 7 > daysInMonth(day);
    return `#${Math.ceil(day.getUTCDate() / 7)}` === rank;
  };
}

function nearestWeekday(day: Date, wanted: number): number {
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === daysInMonth(day) ? wanted - 2 : wanted + 1;
  return wanted;
}

function daysInMonth(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

/** Every value that a field such as `0/6`, `MON-FRI` or `1,15` names. */
function valuesOf(what: string, field: string, low: number, high: number, names: string[] = []): Set<number> {
  const wrong = new RangeError(`has no ${what} ${JSON.stringify(field)}`);
  const found = new Set<number>();
  const numbered = field.replaceAll(/[A-Z]{3}/gi, (name) =>
    String(names.indexOf(name.toUpperCase()) + 1 || name),
  );
  for (const part of numbered.split(",")) {
    const [, range, step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(range === "*" ? `${low}-${high}` : (range ?? "")) ?? [];
    if (from === undefined || Number(step) < 1) throw wrong;
    const last = to !== undefined ? Number(to) : part.includes("/") ? high : Number(from);
    if (Number(from) < low || last > high || Number(from) > last) throw wrong;
    for (let value = Number(from); value <= last; value += Number(step)) found.add(value);
  }
  return found;
}

function sorted(values: Set<number>): number[] {
  return [...values].sort((a, b) => a - b);
}
