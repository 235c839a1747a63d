import { CloudWatchClient, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { member } from "../../../../infra/sure.ts";
import type { CounterGate } from "../../../core/plan.ts";
import type { MetricSecond, Tally, TrackCounts } from "../../platform.ts";
import { type MetricData, readMetricData } from "./metric-data.ts";
import type { Page } from "./metrics.ts";
import { secondsOf } from "./minutes.ts";

/** What the application names in its log lines (app/counters.ts), and CloudWatch keeps. */
export const COUNTER_NAMESPACE = "Rollout/App";

export type CounterGates = Readonly<Record<string, CounterGate>>;

/** Pairs of metrics in one namespace, the bad ones and all, by the name that the gates have for them. */
export interface LoggedTallies {
  namespace: string;
  metrics: Readonly<Record<string, Pick<CounterGate, "bad" | "total">>>;
  /** What a track's counts keep of them. */
  kept: (tallies: Readonly<Record<string, Tally>>) => Partial<TrackCounts>;
}

/** What the applications count of their business. */
export function businessCounters(gates: CounterGates): LoggedTallies {
  return { namespace: COUNTER_NAMESPACE, metrics: gates, kept: (counters) => ({ counters }) };
}

/**
 * What programs count in their logs, from CloudWatch: it makes metrics of the log lines in its embedded metric
 * format, with the dimensions `Stack` and `Track`. They are asked for as far as the balancer's metrics are complete, which is
 * two minutes and more ago; such a line takes seconds to be counted.
 */
export class LoggedCounters {
  readonly #client: CloudWatchClient;
  readonly #stack: string;
  readonly #of: LoggedTallies;

  constructor({ region, stack, of }: { region: string; stack: string; of: LoggedTallies }) {
    this.#client = new CloudWatchClient(clientSettings(region));
    this.#stack = stack;
    this.#of = of;
  }

  /**
   * Adds the counters to what the balancer told.
   *
   * @param since what the balancer was asked for
   * @throws when AWS has no full answer
   */
  async addTo(told: Page, since: number, tracks: readonly string[]): Promise<Page> {
    const { period } = told;
    const from = Math.floor(since / period) * period;
    if (Object.keys(this.#of.metrics).length === 0 || told.through <= from) return told;
    const queries = counterQueries(this.#stack, tracks, this.#of, period);
    const data = await readMetricData(this.#client, queries, from, told.through);
    const seconds = new Map(told.seconds.map((second) => [second.epochSecond, second]));
    for (const minute of new Set([...data.values()].flatMap((values) => [...values.keys()]))) {
      for (const second of this.#spread(minute, data, tracks, period)) {
        if (second.epochSecond >= since && second.epochSecond < told.through)
          seconds.set(second.epochSecond, joined(seconds.get(second.epochSecond), second));
      }
    }
    const ordered = [...seconds.values()].sort((a, b) => a.epochSecond - b.epochSecond);
    return { ...told, seconds: ordered };
  }

  /** The bad ones evenly among all, as the balancer's are. */
  #spread(minute: number, data: MetricData, tracks: readonly string[], period: number): CountedSecond[] {
    const names = Object.keys(this.#of.metrics);
    const whole = (track: number, gate: number, of: keyof Tally) =>
      Math.round(data.get(idOf(track, gate, of))?.get(minute) ?? 0);
    const tallies = tracks.flatMap((_, track) =>
      names.map((_, gate) => {
        const requests = whole(track, gate, "total");
        const errors = Math.min(requests, whole(track, gate, "bad"));
        return [`${track} ${gate}`, { requests, errors, slow: 0 }] as const;
      }),
    );
    return secondsOf(minute, Object.fromEntries(tallies), period).map(({ epochSecond, tracks: spread }) => ({
      epochSecond,
      tracks: Object.fromEntries(
        tracks.map((name, track) => [name, this.#of.kept(talliesOf(spread, track, names))] as const),
      ),
    }));
  }
}

/** What is kept of one second, by track. */
interface CountedSecond {
  epochSecond: number;
  tracks: Readonly<Record<string, Partial<TrackCounts>>>;
}

function talliesOf(
  spread: Readonly<Record<string, TrackCounts>>,
  track: number,
  names: readonly string[],
): Record<string, Tally> {
  const tallies = names.map((name, gate) => {
    const { requests, errors } = member(spread, `${track} ${gate}`);
    return [name, { bad: errors, total: requests }] as const;
  });
  return Object.fromEntries(tallies);
}

const NONE: TrackCounts = { requests: 0, errors: 0, slow: 0 };

function joined(
  told: MetricSecond | undefined,
  { epochSecond, tracks: counted }: CountedSecond,
): MetricSecond {
  const tracks = Object.entries(counted).map(
    ([track, kept]) => [track, { ...(told?.tracks[track] ?? NONE), ...kept }] as const,
  );
  return { epochSecond, ...told, tracks: { ...told?.tracks, ...Object.fromEntries(tracks) } };
}

/** For each track and pair the sum of its bad ones and of all, by periods in seconds. */
export function counterQueries(
  stack: string,
  tracks: readonly string[],
  { namespace, metrics: pairs }: Omit<LoggedTallies, "kept">,
  period = 60,
): MetricDataQuery[] {
  return tracks.flatMap((name, track) =>
    Object.values(pairs).flatMap((metrics, gate) =>
      (["bad", "total"] as const).map((of) => ({
        Id: idOf(track, gate, of),
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metrics[of],
            Dimensions: [
              { Name: "Stack", Value: stack },
              { Name: "Track", Value: name },
            ],
          },
          Period: period,
          Stat: "Sum",
        },
      })),
    ),
  );
}

/** A gate's name may hold what an id may not. */
function idOf(track: number, gate: number, of: keyof Tally): string {
  return `${of}_${track}_${gate}`;
}
