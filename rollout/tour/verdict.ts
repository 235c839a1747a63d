import type { Weights } from "../core/weights.ts";
import { type Bounds, binomialBounds } from "../load/binomial.ts";
import type { LoadPhase, LoadResult } from "../load/load.ts";
import { NO_TRACK, type TrackTally } from "../load/tally.ts";

/** What one track got in one step. */
export interface Share extends TrackTally {
  track: string;
  /** Whole percent. */
  asked: number;
  /** Percent of the step's requests. */
  measured: number;
  /** The step's requests, of all tracks. */
  total: number;
  /** What chance allows, in requests. */
  bounds: Bounds;
  within: boolean;
}

const nothing: TrackTally = { requests: 0, failures: 0, p50: Number.NaN, p95: Number.NaN, p99: Number.NaN };

/**
 * Each track's share of a step against what was asked for. Answers that no track gave (the balancer's own) count as
 * requests, as they do in the balancer's choice; a track that was not asked for but answered is listed with 0 %.
 *
 * @param confidence of the bounds, such as 0.99
 */
export function sharesOf(phase: LoadPhase, split: Weights, confidence: number): Share[] {
  const total = Object.values(phase.tracks).reduce((sum, { requests }) => sum + requests, 0);
  const answered = Object.keys(phase.tracks).filter((track) => track !== NO_TRACK);
  const tracks = [...new Set([...Object.keys(split), ...answered])].sort();
  return tracks.map((track) => {
    const tally = phase.tracks[track] ?? nothing;
    const asked = split[track] ?? 0;
    const bounds = binomialBounds(total, asked / 100, confidence);
    const within = tally.requests >= bounds.low && tally.requests <= bounds.high;
    return { track, asked, measured: percent(tally.requests, total), total, bounds, within, ...tally };
  });
}

/** 0 of nothing. */
export function percent(part: number, total: number): number {
  return total ? (part / total) * 100 : 0;
}

export interface JudgedStop {
  name: string;
  shares: Share[];
}

/** What speaks against the rollout, a line each; none when all is well. */
export function complaintsOf(
  steps: JudgedStop[],
  load: Pick<LoadResult, "requests" | "lost" | "reasons">,
): string[] {
  const complaints = steps.flatMap(({ name, shares }) =>
    shares
      .filter(({ within }) => !within)
      .map(({ track, asked, requests, bounds }) => {
        const range = `${bounds.low} to ${bounds.high}`;
        return `${name}: ${track} got ${requests} requests where ${asked} % allows ${range}`;
      }),
  );
  for (const { name, shares } of steps) {
    if (shares.every(({ total }) => total === 0)) complaints.push(`${name}: no request was answered`);
  }
  if (load.requests === 0) complaints.push("no request was sent");
  if (load.lost > 0) complaints.push(`${load.lost} of ${load.requests} requests were lost`);
  for (const [reason, count] of Object.entries(load.reasons)) complaints.push(`  ${count} x ${reason}`);
  return complaints;
}
