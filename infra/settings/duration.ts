/** A length of time as people write it in config: a whole number and its unit. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Its form. */
export const DURATION = /^(\d+)(ms|s|m|h|d)$/;

export function isDuration(text: string): text is Duration {
  return DURATION.test(text);
}

/** `"30m"` → 1800000. Throws a RangeError on any other form; config is checked by {@link isDuration} first. */
export function milliseconds(duration: Duration): number {
  const [, count, unit] = DURATION.exec(duration) ?? [];
  if (!count) throw new RangeError(`not a duration: ${duration}`);
  return Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
}

export function seconds(duration: Duration): number {
  return milliseconds(duration) / 1_000;
}
