import { BalancerFiguresReader } from "./balancer.ts";
import type { Named } from "./named.ts";
import { ResponseTimes } from "./response-times.ts";
import { given, type Sample } from "./sample.ts";

/** What users meet, under the names of an Application Load Balancer's metrics. A count of nothing is left out, as there. */
export class BalancerSampler {
  readonly #named: Pick<Named, "balancer" | "targetGroups">;
  readonly #figures: BalancerFiguresReader;
  readonly #times: ResponseTimes;

  /** @param place the balancer's runtime API, and the folder of the servers' access logs */
  constructor(named: Pick<Named, "balancer" | "targetGroups">, place: { socket: string; logs: string }) {
    this.#named = named;
    this.#figures = new BalancerFiguresReader(place.socket);
    this.#times = new ResponseTimes(place.logs);
  }

  /** Since the last look; a balancer that doesn't answer sends nothing. */
  async take(): Promise<Sample[]> {
    const times = this.#times.take();
    const figures = await this.#figures.take().catch(() => undefined);
    if (!figures) return [];
    const { own5xx, tracks } = figures;
    const sum = (of: "requests" | "target5xx") =>
      Object.values(tracks).reduce((total, track) => total + track[of], 0);
    return [
      ...given("AWS/ApplicationELB", this.#named.balancer, {
        RequestCount: sum("requests") || undefined,
        HTTPCode_Target_5XX_Count: sum("target5xx") || undefined,
        HTTPCode_ELB_5XX_Count: own5xx || undefined,
      }),
      ...Object.entries(tracks).flatMap(([name, track]) => {
        const dimensions = this.#named.targetGroups[name];
        if (!dimensions) return [];
        const registered = track.healthy + track.unhealthy > 0;
        return given("AWS/ApplicationELB", dimensions, {
          RequestCount: track.requests || undefined,
          HTTPCode_Target_5XX_Count: track.target5xx || undefined,
          TargetConnectionErrorCount: track.connectionErrors || undefined,
          TargetResponseTime: times[name],
          HealthyHostCount: registered ? track.healthy : undefined,
          UnHealthyHostCount: registered ? track.unhealthy : undefined,
        });
      }),
    ];
  }
}
