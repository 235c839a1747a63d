import { last } from "../../../../infra/sure.ts";
import { UserError } from "../../../errors.ts";

const DAY = 86_400;
/** How long, in days, CloudWatch keeps figures of a period in seconds (API Reference, "GetMetricData"). */
const KEPT = [
  { days: 15, period: 60 },
  { days: 63, period: 300 },
  { days: 455, period: 3600 },
];
/** A figure that is about to go may be gone by the time it is asked for. */
const MARGIN_SECONDS = 3600;

/**
 * The shortest period, in seconds, that CloudWatch still has figures of. Asked for a shorter one it answers with nothing, which would
 * look like no requests.
 *
 * @param from where the figures begin, in seconds since the epoch, as `now`
 * @throws {UserError} for what is longer ago than anything is kept
 */
export function periodSince(from: number, now: number): number {
  const kept = KEPT.find(({ days }) => now - from < days * DAY - MARGIN_SECONDS);
  if (kept) return kept.period;
  throw new UserError(
    `CloudWatch keeps figures for ${last(KEPT).days} days: there are none of ${new Date(from * 1000).toISOString()}`,
  );
}
