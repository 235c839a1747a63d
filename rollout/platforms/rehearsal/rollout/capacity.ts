import type { Settings } from "../../../../infra/settings/settled.ts";
import type { Capacity } from "../../platform.ts";
import type { ServerStatus } from "../status.ts";

/**
 * Whether a track can carry a share of the traffic. The measure is the largest number of servers that any track is given:
 * a track alone has had all the traffic with that many.
 *
 * @param servers the track's own
 * @param share whole percent
 */
export function capacityOf(
  { tracks }: Pick<Settings, "tracks">,
  servers: readonly ServerStatus[],
  share: number,
): Capacity {
  const most = Math.max(1, ...tracks.map((each) => each.servers));
  const need = Math.ceil((most * share) / 100);
  const healthy = servers.filter(isUp).length;
  return { asked: servers.length, healthy, enough: healthy >= need, need };
}

/** Healthy by its own word, and in the balancer's eyes: only then it gets requests. */
function isUp({ healthy, balancer }: ServerStatus): boolean {
  return healthy && balancer?.status.startsWith("UP") === true;
}
