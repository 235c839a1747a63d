import { member } from "../../infra/sure.ts";
import type { Capacity } from "./action.ts";
import { shareOf, type Weights } from "./weights.ts";

/** What the program declares for a track: the servers that it has at least, and at most. */
export interface DeclaredServers {
  servers: number;
  maxServers: number;
}

/** A track's servers. */
export interface Servers {
  declared: DeclaredServers;
  /** How many it is to have now. */
  asked: number;
}

/**
 * Whether a track can carry a share of the traffic.
 *
 * All the traffic takes as many servers as the largest number that any track is declared with: a track alone has
 * carried it with so many. A share of the traffic takes that share of them.
 *
 * Where autoscaling has grown a track beyond its declared servers, the load is higher than declared. Then its present
 * servers count, as what its share takes. This figure is bounded by what the track may have, because autoscaling
 * overshoots. The declared figure isn't bounded: one server in place of four is an outage.
 *
 * @param share whole percent
 * @param tracks every track's servers, this one's among them
 * @param healthy how many of this track's servers serve: by their own word, and in the balancer's eyes
 * @param weights the real ones, in percent
 */
export function capacityOf(
  track: string,
  share: number,
  tracks: Readonly<Record<string, Servers>>,
  healthy: number,
  weights: Weights,
): Capacity {
  const { declared, asked } = member(tracks, track);
  const part = (servers: number) => Math.ceil((servers * share) / 100);
  const alone = Math.max(...Object.values(tracks).map((each) => each.declared.servers));
  const loaded = Math.max(
    ...Object.entries(tracks).map(([name, each]) => loadOf(each, shareOf(weights, name))),
  );
  const most = declared.maxServers;
  const need = Math.max(1, part(alone), Math.min(most, part(loaded)));
  return { asked, healthy, need, most, enough: healthy >= need };
}

/**
 * How many servers all the traffic would take, judged by a track that autoscaling has grown; 0 when none has grown.
 */
function loadOf({ declared, asked }: Servers, weight: number): number {
  return asked > declared.servers && weight > 0 ? (asked * 100) / weight : 0;
}
