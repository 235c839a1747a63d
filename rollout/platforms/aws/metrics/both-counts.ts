import type { MetricSecond, Metrics, Weights } from "../../platform.ts";
import type { Page } from "./metrics.ts";
import type { ServerSeconds } from "./server-seconds.ts";

export interface BothCountsOptions {
  /** What the servers count, seconds late. */
  servers: Pick<ServerSeconds, "since">;
  /** What the balancer counts, and what comes with it, minutes late. */
  balancer: (sinceEpochSecond: number) => Promise<Page>;
}

/**
 * The servers' count where it is there, and the balancer's beside it, which comes later and has also what never reached a server. For
 * seconds that the servers can't tell, from before they began to or while they are silent, the balancer's minutes stand in.
 */
export class BothCounts {
  readonly #options: BothCountsOptions;

  constructor(options: BothCountsOptions) {
    this.#options = options;
  }

  /** @throws when neither can be read */
  async since(epochSecond: number, lateSince: number, weights: Weights): Promise<Metrics> {
    const { servers, balancer } = this.#options;
    const page = await balancer(lateSince).catch((error: Error) => error);
    const told = await servers.since(epochSecond, weights).catch((error: Error) => error);
    if (page instanceof Error && told instanceof Error) throw page;
    const late = page instanceof Error ? undefined : { seconds: page.seconds, through: page.through };
    const also = late ? { late } : {};
    const byServers = told instanceof Error ? undefined : told;
    if (byServers && byServers.through > epochSecond && byServers.from < epochSecond + 60)
      return { seconds: byServers.seconds, through: byServers.through, ...also };
    // It tells nothing that is newer than some minutes: the servers are waited for as long.
    const instead = await balancer(epochSecond);
    const ends = byServers && byServers.through > epochSecond ? byServers.from : Number.POSITIVE_INFINITY;
    const isBefore = ({ epochSecond: at }: MetricSecond) => at < ends;
    const through = Math.min(instead.through, ends);
    return {
      ...{ seconds: instead.seconds.filter(isBefore), through, period: instead.period, ...also },
      more: instead.more || through === ends,
    };
  }
}
