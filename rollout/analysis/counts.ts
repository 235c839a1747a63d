/** What one track answered in one interval. */
export interface Counts {
  /** Requests answered. */
  requests: number;
  /** How many of them were bad: failed, or slower than the limit, or whatever the indicator counts. */
  bad: number;
}

/** Both tracks in the same interval, and so under the same load and the same outages. */
export interface Interval {
  candidate: Counts;
  stable: Counts;
  /**
   * Where the platform tells clients apart: the requests of clients that had no bad one lately, and how many of them were
   * bad. So a client counts once.
   */
  clients?: { candidate: Counts; stable: Counts } | undefined;
}

export function sum(a: Counts, b: Counts): Counts {
  return { requests: a.requests + b.requests, bad: a.bad + b.bad };
}

/** The bad share; 0 when there was no request. */
export function share({ requests, bad }: Counts): number {
  return requests > 0 ? bad / requests : 0;
}

/** @throws {RangeError} for counts that cannot be: the caller read its metrics wrongly */
export function checkCounts(track: string, { requests, bad }: Counts): void {
  if (!(Number.isFinite(requests) && requests >= 0)) {
    throw new RangeError(`${track}: requests must be 0 or more, they are ${requests}`);
  }
  if (!(bad >= 0 && bad <= requests)) {
    throw new RangeError(`${track}: bad must be from 0 to requests (${requests}), it is ${bad}`);
  }
}
