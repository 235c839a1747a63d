import type { Counts } from "./counts.ts";

/** One request as an access log tells it. */
export interface Answer {
  /** When it was answered, in seconds. */
  at: number;
  /** Who asked: an address or a session. */
  client: string;
  bad: boolean;
}

/**
 * Counts requests with a bounded weight per client, for where the client is known: in each period a client's requests beyond
 * the first `most` aren't counted, bad or not. So however often one client retries, it is one client.
 *
 * The bound must not look at whether a request was bad, or the share would be biased: it drops by order alone.
 *
 * @param answers of one track, in order of time
 * @param most requests of a client that count in a period
 * @param period in seconds
 * @returns for each whole second since 0, up to the last answer
 */
export function countPerClient(answers: Iterable<Answer>, most = 1, period = 60): Counts[] {
  const counts: Counts[] = [];
  let current = -1;
  let seen = new Map<string, number>();
  for (const { at, client, bad } of answers) {
    if (Math.floor(at / period) !== current) {
      current = Math.floor(at / period);
      seen = new Map();
    }
    const before = seen.get(client) ?? 0;
    seen.set(client, before + 1);
    const second = Math.floor(at);
    while (counts.length <= second) counts.push({ requests: 0, bad: 0 });
    if (before >= most) continue;
    const count = counts[second]!;
    count.requests++;
    if (bad) count.bad++;
  }
  return counts;
}
