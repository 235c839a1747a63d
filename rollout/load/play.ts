import { milliseconds } from "../../infra/settings/duration.ts";
import { last } from "../../infra/sure.ts";
import { carriedUsers } from "./carried.ts";
import { failing, SHARES, verdictsOf, writesVerdict } from "./judge.ts";
import type { LoadResult } from "./load.ts";
import type { Profile } from "./profile/schema.ts";
import { lengthMs, mostPerSecond, mostUsers, rampsOf, usersAt } from "./profile/stages.ts";
import { seededRandom } from "./random.ts";
import { Logbook } from "./record.ts";
import { rampArrivals } from "./requests/arrivals.ts";
import { openClient, type Target } from "./requests/client.ts";
import { Journeys } from "./requests/journeys.ts";
import type { LoadRun, Second } from "./result.ts";
import { runLoad } from "./run.ts";
import { percentile } from "./tally.ts";
import { type AskDatabase, findWrites, type WritesFound } from "./writes/found.ts";
import { Numbers } from "./writes/numbers.ts";

export interface PlayOptions {
  stack: string;
  target: Target;
  profile: Profile;
  /** The same seed gives the same arrivals, and the same requests as far as the answers allow. Default 1. */
  seed?: number;
  signal?: AbortSignal;
  /** About once a second. */
  onProgress?: (progress: Progress) => void;
  client?: ReturnType<typeof openClient>;
  /** Asked in the end what is there of the numbered writes. */
  askDatabase?: AskDatabase;
}

export interface Progress {
  seconds: number;
  ofSeconds: number;
  users: number;
  requests: number;
  lost: number;
  inFlight: number;
  /** Of the right answers of the last five seconds, in milliseconds; null without one. */
  p95: number | null;
}

/**
 * Plays a profile: an open model, in which requests are due by the users' number and think time alone, never by how fast
 * the service answers, and each is timed from when it was due. A load that waits for answers slows down with the service
 * and leaves out just what its users would have suffered (Gil Tene, "How NOT to measure latency": coordinated omission).
 *
 * Why no tool of npm: autocannon's overallRate paces a fixed number of connections, and corrects the latencies afterwards
 * for what a stalled service never got to see; artillery has an open model, and depends on Playwright, esbuild and the
 * clients of several monitoring services.
 */
export async function play(options: PlayOptions): Promise<LoadRun> {
  const { target, profile, seed = 1, signal, onProgress } = options;
  const timeoutMs = Math.max(10_000, milliseconds(profile.thresholds.response.critical) * 1.5);
  const ramps = rampsOf(profile.stages);
  const wholeMs = lengthMs(profile.stages);
  const logbook = new Logbook(profile);
  const numbers = new Numbers();
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  const now = () => performance.now() - begun;
  const users = () => {
    const ramp = ramps.find(({ toMs }) => now() < toMs) ?? last(ramps);
    return usersAt(ramp, Math.min(now(), ramp.toMs));
  };
  // As many as can be open when nothing is answered in time; a descriptor each.
  const maxInFlight = Math.min(4096, Math.max(64, Math.ceil((mostPerSecond(profile) * timeoutMs) / 1000)));
  const client = options.client ?? openClient(target, maxInFlight, timeoutMs);
  // Arrivals of their own: what is answered must not change when the next request is due.
  const arrivals = rampArrivals(ramps, milliseconds(profile.think), profile.arrivals, seededRandom(seed));
  const result = await runLoad(
    {
      ...target,
      ratePerSecond: mostPerSecond(profile),
      arrivals,
      // Every user has the same address all along: the number of users now would give the first ones all requests.
      shots: new Journeys(profile.journeys, seededRandom(seed + 1), mostUsers(profile.stages), numbers),
      maxInFlight,
      seconds: wholeMs / 1000,
      ...(signal && { signal }),
      onOutcome: (outcome) => logbook.add(outcome),
      onTick: (counts) =>
        onProgress?.({
          ...counts,
          seconds: now() / 1000,
          ofSeconds: wholeMs / 1000,
          users: Math.round(users()),
          p95: responseOf(logbook.latest(5, now())).p95,
        }),
    },
    client,
  );
  const interrupted = signal?.aborted === true && result.seconds * 1000 < wholeMs - 1;
  const ask = options.askDatabase ?? noDatabase;
  const writes = await Promise.all(numbers.writes().map((each) => findWrites(each, ask)));
  return runOf(options, { result, logbook, startedAt, interrupted, seed, writes });
}

async function noDatabase(): Promise<never> {
  throw new Error("where this load went there is no database that could be asked");
}

interface Played {
  result: LoadResult;
  logbook: Logbook;
  startedAt: string;
  interrupted: boolean;
  seed: number;
  writes: WritesFound[];
}

function runOf({ stack, target, profile }: PlayOptions, played: Played): LoadRun {
  const { result, logbook, startedAt, interrupted, seed, writes } = played;
  const timeline = logbook.timeline(result.seconds * 1000);
  const carried = carriedUsers(timeline, profile.thresholds);
  const verdicts = [...verdictsOf(profile, timeline, carried), ...writes.map(writesVerdict)];
  return {
    version: 1,
    stack,
    url: target.url,
    startedAt,
    seconds: result.seconds,
    interrupted,
    profile,
    seed,
    requests: result.requests,
    right: result.requests - result.lost,
    reasons: result.reasons,
    response: responseOf(timeline),
    generator: logbook.generator(),
    carriedUsers: carried,
    verdicts,
    writes,
    passed: !interrupted && verdicts.every(({ level }) => !failing(level)),
    tracks: result.tracks,
    journeys: logbook.journeys(),
    timeline,
  };
}

export function responseOf(seconds: readonly Second[]): LoadRun["response"] {
  const sorted = Float64Array.from(seconds.flatMap(({ latencies }) => latencies)).sort();
  const at = (share: number) => (sorted.length > 0 ? percentile(sorted, share) : null);
  return { p50: at(SHARES.p50), p95: at(SHARES.p95), p99: at(SHARES.p99), most: at(1) };
}
