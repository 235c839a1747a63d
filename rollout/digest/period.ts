/** A stretch of time in milliseconds since the epoch; `to` is not in it. */
export interface Period {
  name: "day" | "week";
  from: number;
  to: number;
}

/** CloudWatch keeps five-minute figures for 63 days. */
export const STRETCH_MS = 5 * 60_000;

const DAY_MS = 86_400_000;
const LENGTH = { day: DAY_MS, week: 7 * DAY_MS };

/** The objective is over 30 days, whatever a digest's period is (Google SRE Workbook, "Implementing SLOs"). */
export const BUDGET_DAYS = 30;

/** CloudWatch has all of a minute's figures by then. */
const SETTLED_MS = 3 * 60_000;

/** The day or week that ends at a moment; in AWS at the last five minutes before it that are told in full. */
export function periodUntil(
  name: Period["name"],
  until: number,
  { on, now }: { on: "rehearsal" | "aws"; now: number },
): Period {
  const told = Math.floor(Math.min(until, now - SETTLED_MS) / STRETCH_MS) * STRETCH_MS;
  const to = on === "aws" ? told : until;
  return { name, from: to - LENGTH[name], to };
}

export function periodBefore({ name, from }: Period): Period {
  return { name, from: from - LENGTH[name], to: from };
}

export function budgetPeriod({ to }: Period): { from: number; to: number } {
  return { from: to - BUDGET_DAYS * DAY_MS, to };
}
