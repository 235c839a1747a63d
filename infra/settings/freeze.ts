/** A window in which no step is taken, every week, by the wall clock of a place. */
export interface Freeze {
  /** As written in config. */
  text: string;
  /** Minutes since Monday 00:00. `to` is not in the window; before `from` the window goes over the end of the week. */
  from: number;
  to: number;
  /** An IANA name, such as "Europe/Madrid". */
  zone: string;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE = 60_000;
const WEEK = 7 * 24 * 60;
const FORM = /^(\w{3}) (\d\d):(\d\d) - (\w{3}) (\d\d):(\d\d) (\S+)$/;

/** `"Fri 16:00 - Mon 08:00 Europe/Madrid"`. @throws {RangeError} for any other form */
export function parseFreeze(text: string): Freeze {
  const [, fromDay, fromHour, fromMinute, toDay, toHour, toMinute, zone] = FORM.exec(text) ?? [];
  const from = minuteOfWeek(fromDay, fromHour, fromMinute);
  const to = minuteOfWeek(toDay, toHour, toMinute);
  if (!zone || Number.isNaN(from) || Number.isNaN(to)) throw new RangeError(`not a freeze window: ${text}`);
  if (from === to) throw new RangeError(`a freeze window must leave time to act: ${text}`);
  clockOf(zone);
  return { text, from, to, zone };
}

/**
 * When the freeze that holds now is over: the first moment that is in no window.
 *
 * A window means the wall clock: on the day that a clock is put back, a window that ends in the repeated hour holds in
 * both; one that ends in the hour that is left out ends with the jump.
 *
 * @param now in milliseconds since the epoch
 * @returns undefined when nothing is frozen now; Infinity when the windows together leave no time at all
 */
export function frozenUntil(windows: readonly Freeze[], now: number): number | undefined {
  let at = now;
  for (let round = 0; round < 100; round += 1) {
    const window = windows.find((each) => holds(each, at));
    if (!window) return at === now ? undefined : at;
    at = endOf(window, at);
    if (at - now > 3 * WEEK * MINUTE) break;
  }
  return Number.POSITIVE_INFINITY;
}

function holds({ from, to, zone }: Freeze, at: number): boolean {
  const minute = localMinute(zone, at);
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

/** The first whole minute out of the window. Jumps near its end, then walks: a clock change may lie between. */
function endOf(window: Freeze, now: number): number {
  const left = (window.to - localMinute(window.zone, now) + WEEK) % WEEK;
  const start = Math.floor(now / MINUTE) * MINUTE;
  let at = start + Math.max(1, left - 180) * MINUTE;
  while (holds(window, at)) at += MINUTE;
  return at;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws {RangeError} for a zone that doesn't exist */
function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    const parts = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    clock = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...parts });
    clocks.set(zone, clock);
  }
  return clock;
}

function localMinute(zone: string, at: number): number {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return minuteOfWeek(parts.weekday, parts.hour, parts.minute);
}

function minuteOfWeek(day = "", hour = "", minute = ""): number {
  const index = DAYS.indexOf(day);
  return index < 0 ? Number.NaN : (index * 24 + Number(hour)) * 60 + Number(minute);
}
