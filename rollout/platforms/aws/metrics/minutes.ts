import { nth } from "../../../../infra/sure.ts";
import type { MetricSecond, TrackCounts } from "../../platform.ts";
import type { SeriesName } from "./metric-queries.ts";

/** One track in one minute, or in one longer period, as CloudWatch tells it; what it doesn't tell is absent. */
export type Minute = Partial<Record<SeriesName, number>>;

/** Requests come with their response times. Where these lack, either they are still to come or nothing was answered. */
export function isTold(minute: Minute): boolean {
  return minute.fast !== undefined || timedIn(minute) === 0;
}

/** What a minute counted. A metric without events is absent, which is 0; requests without an answer are errors. */
export function countsOf(minute: Minute): TrackCounts {
  const { requests = 0, errors = 0, unreached = 0, fast = 100 } = minute;
  if (!isTold(minute)) return { requests, errors: requests, slow: 0 };
  const slow = Math.round(timedIn(minute) * (1 - fast / 100));
  return { requests, errors: Math.min(requests, errors + unreached), slow };
}

/** A request that reached no server has no response time; it is an error already. */
function timedIn({ requests = 0, unreached = 0 }: Minute): number {
  return requests - Math.min(requests, unreached);
}

/**
 * The seconds of a period that is known only whole: the requests evenly, and the bad ones evenly among the requests. The
 * sums are exact; how events lay within the period is not known, and an even spread claims no bursts. Seconds without
 * requests are left out.
 *
 * @param from the period's first second
 * @param period its length in seconds
 */
export function secondsOf(
  from: number,
  tracks: Readonly<Record<string, TrackCounts>>,
  period = 60,
): MetricSecond[] {
  const spread = Object.entries(tracks).map(
    ([track, counts]) => [track, secondsOfTrack(counts, period)] as const,
  );
  return Array.from({ length: period }, (_, second) => ({
    epochSecond: from + second,
    tracks: Object.fromEntries(spread.map(([track, seconds]) => [track, nth(seconds, second)])),
  })).filter((second) => Object.values(second.tracks).some(({ requests }) => requests > 0));
}

function secondsOfTrack({ requests, errors, slow }: TrackCounts, period: number): TrackCounts[] {
  const at = (request: number) => Math.floor((request * period) / requests);
  const seconds = Array.from({ length: period }, () => ({ requests: 0, errors: 0, slow: 0 }));
  for (let each = 0; each < requests; each++) nth(seconds, at(each)).requests++;
  // Each stands for a request of its own, so that no second has more bad requests than requests.
  for (let each = 0; each < errors; each++) nth(seconds, at(Math.floor((each * requests) / errors))).errors++;
  for (let each = 0; each < slow; each++) nth(seconds, at(Math.floor((each * requests) / slow))).slow++;
  return seconds;
}
