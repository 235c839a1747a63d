import type { Capacity, Weights } from "../platform.ts";

/** A track's servers. */
export interface Servers {
  /** What the program declares: enough for all traffic by themselves, and the most there may be. */
  declared: { servers: number; maxServers: number };
  /** What the autoscaling group wants now. */
  asked: number;
  /** In service, and healthy to the balancer. */
  healthy: number;
}

/**
 * Whether a track can carry a share of the traffic.
 *
 * The declared servers carry all of it; a part of it takes that part of them. A track that autoscaling has grown beyond
 * its declared servers says how much load there really is: so many servers for its share. One at its declared number
 * says nothing, it may be idle. Never more than the track may have, or a rollback would wait for ever.
 *
 * @param tracks every track's servers, this one's among them
 * @param weights the real ones, in percent
 */
export function capacityOf(
  track: string,
  share: number,
  tracks: Readonly<Record<string, Servers>>,
  weights: Weights,
): Capacity {
  const { declared, asked, healthy } = tracks[track]!;
  const loads = Object.entries(tracks).map(([name, { declared, asked }]) => {
    const weight = weights[name] ?? 0;
    return asked > declared.servers && weight > 0 ? (asked * 100) / weight : 0;
  });
  const forAll = Math.max(declared.servers, ...loads);
  const need = Math.min(declared.maxServers, Math.max(1, Math.ceil((forAll * share) / 100)));
  return { asked, healthy, need, enough: healthy >= need };
}
