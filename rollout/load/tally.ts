/** One track's requests. Latencies are in milliseconds, from the time a request was due, exact (nearest rank). */
export interface TrackTally {
  requests: number;
  failures: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The tally's name for answers that no track gave: the balancer's own, or none at all. */
export const NO_TRACK = "(none)";

/** Counts requests and failures by track. */
export class TallyByTrack {
  readonly #tracks = new Map<string, { latencies: number[]; failures: number }>();

  add(track: string | undefined, milliseconds: number, failed: boolean): void {
    const name = track ?? NO_TRACK;
    const counts = this.#tracks.get(name) ?? { latencies: [], failures: 0 };
    this.#tracks.set(name, counts);
    counts.latencies.push(milliseconds);
    if (failed) counts.failures++;
  }

  /** By track, sorted by name. */
  result(): Record<string, TrackTally> {
    const entries = [...this.#tracks].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([track, { latencies, failures }]) => {
        const sorted = Float64Array.from(latencies).sort();
        const of = (q: number) => percentile(sorted, q);
        return [track, { requests: sorted.length, failures, p50: of(0.5), p95: of(0.95), p99: of(0.99) }];
      }),
    );
  }
}

/** The smallest value with at least the share `q` of all values at or below it. */
export function percentile(sorted: ArrayLike<number>, q: number): number {
  // Rounded first: 0.95 * 20 is a hair above 19.
  const rank = Math.ceil(Number((q * sorted.length).toFixed(9)));
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}
