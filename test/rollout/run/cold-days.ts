import type { Duration } from "../../../infra/settings/duration.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import type { MetricSecond, TrackCounts, Verdict } from "../../../rollout/core/verdict.ts";
import { type Random, seededRandom } from "../../../rollout/load/random.ts";
import { judgeOf } from "../../../rollout/run/judge.ts";

// Days of a candidate with a tenth of the traffic whose servers are slow at first: second by second, through the judge of a rollout.

export interface ColdDay {
  /** The candidate's requests a second. */
  rate: number;
  /** When each of its servers answers its first request, in seconds since the step began. */
  begin?: readonly number[];
  /** The share of a server's answers that are slow, by its age in seconds. */
  slow: (age: number, server: number) => number;
  errors?: (age: number) => number;
  warmUp?: Duration | undefined;
  /** How long it is watched. */
  seconds?: number;
  seed: number;
}

const LEARNT = 1800;
const STABLE_SLOW = 0.01;
const ERRORS = 0.001;

/** @returns when the candidate was sent back, in seconds since its first request, and by what; undefined: it wasn't */
export function playColdDay(day: ColdDay): { after: number; reason: string } | undefined {
  const { rate, begin = [0, 0], slow, errors = () => ERRORS, warmUp, seconds = 900, seed } = day;
  const random = seededRandom(seed);
  const steps = [
    { weight: 10, bake: "30m" as Duration },
    { weight: 100, bake: "1h" as Duration },
  ];
  const gates = { errorRate: { max: 0.01 }, latency: { p95: "500ms" as Duration }, minRequests: 200 };
  const judge = judgeOf(planOf({ steps, gates, freeze: [], ...(warmUp && { warmUp }) }));
  const history: MetricSecond[] = [];
  const ask = (at: number): Verdict =>
    judge({
      ...{ stable: "blue", candidate: "green", seconds: history, baked: false },
      steps: at < LEARNT ? [] : [{ weight: 10, from: LEARNT }],
    });
  for (let at = 0; at < LEARNT + seconds; at += 1) {
    const since = at - LEARNT;
    const blue = served(random, rate * 9, STABLE_SLOW, ERRORS);
    const up = since < 0 ? [] : begin.flatMap((from, server) => (from <= since ? [{ from, server }] : []));
    const each = up.map(({ from, server }) => ({
      from,
      server,
      counts: served(random, rate / up.length, slow(since - from, server), errors(since - from)),
    }));
    const green = {
      ...each.reduce((sum, { counts }) => added(sum, counts), { requests: 0, errors: 0, slow: 0 }),
      servers: Object.fromEntries(
        each.map(({ from, server, counts: { requests, slow: bad } }) => [
          `i-${server}`,
          { began: LEARNT + from, requests, slow: bad },
        ]),
      ),
    };
    history.push({ epochSecond: at, tracks: since < 0 ? { blue } : { blue, green } });
    if (since < 0) continue;
    const { outcome, reason } = ask(at);
    if (outcome === "fail") return { after: since + 1, reason };
  }
  return undefined;
}

/** Requests come by chance; each is slow or fails by chance. */
function served(random: Random, mean: number, slow: number, errors: number): TrackCounts {
  const requests = poisson(random, mean);
  const counts = { requests, errors: 0, slow: 0 };
  for (let i = 0; i < requests; i += 1) {
    if (random() < slow) counts.slow += 1;
    if (random() < errors) counts.errors += 1;
  }
  return counts;
}

function added(a: TrackCounts, b: TrackCounts): TrackCounts {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors, slow: a.slow + b.slow };
}

function poisson(random: Random, mean: number): number {
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}
