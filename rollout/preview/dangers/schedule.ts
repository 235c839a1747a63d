/**
 * How many times a week an AWS schedule fires: `cron(0 0/6 * * ? *)` 28, `rate(1 day)` 7. Undefined for forms that aren't
 * read here (lists of years, `L`, `W`, `#`).
 *
 * Source: Amazon EventBridge Scheduler, "Cron-based schedules" and "Rate-based schedules".
 */
export function timesAWeek(schedule: string): number | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  if (rate) return (7 * 24 * 60) / (Number(rate[1]) * { minute: 1, hour: 60, day: 1440 }[rate[2] as "day"]);
  const cron = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+)(?: \S+)?\)$/.exec(schedule);
  if (!cron) return undefined;
  const [, minutes = "", hours = "", days = "", months = "", weekdays = ""] = cron;
  const counts = [
    times(minutes, 0, 59),
    times(hours, 0, 23),
    isAny(weekdays) ? times(days, 1, 31) : times(weekdays.replaceAll(/[A-Z]{3}/gi, dayNumber), 1, 7),
    times(months, 1, 12),
  ];
  if (counts.some((each) => each === undefined)) return undefined;
  const [aHour, aDay, inDays, inMonths] = counts as [number, number, number, number];
  const share = isAny(weekdays) ? (isAny(days) ? 1 : inDays / 30.44) : inDays / 7;
  return aHour * aDay * 7 * share * (inMonths / 12);
}

function isAny(field: string): boolean {
  return field === "*" || field === "?";
}

/** How many of a field's values it names. */
function times(field: string, low: number, high: number): number | undefined {
  const parts = field.split(",").map((part) => {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (isAny(range)) return Math.ceil((high - low + 1) / Number(step));
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (from === undefined) return undefined;
    const last = to !== undefined ? Number(to) : part.includes("/") ? high : Number(from);
    return Math.floor((last - Number(from)) / Number(step)) + 1;
  });
  return parts.some((each) => each === undefined)
    ? undefined
    : (parts as number[]).reduce((sum, each) => sum + each, 0);
}

function dayNumber(day: string): string {
  return String(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].indexOf(day.toUpperCase()) + 1);
}
