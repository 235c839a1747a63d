const INSTANT = /^(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d))?)?$/;

/**
 * The moment that a timestamp means, in milliseconds since 1970; a month or a day means its beginning in UTC.
 *
 * Source: W3C note on date and time formats, which AppConfig's rules follow. A year alone is read as a number: the
 * document doesn't say how a rule tells the two apart.
 *
 * @returns undefined when the text isn't one
 */
export function instantOf(text: string): number | undefined {
  const [, year, month, day = "01", hour = "00", minute = "00", second = "00", zone = "Z"] =
    INSTANT.exec(text) ?? [];
  if (!year) return undefined;
  const date = `${year}-${month}-${day}`;
  // Date.parse takes 31 February for a day in March.
  const real = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(real.getTime()) || !real.toISOString().startsWith(date)) return undefined;
  const value = Date.parse(`${date}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(value) ? undefined : value;
}
