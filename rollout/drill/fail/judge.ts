import type { HealthModel } from "../../platforms/rehearsal/plan/balancer/model.ts";
import type { Fate } from "../traffic.ts";

/**
 * Limits are what the captured settings promise; what is measured may take this many times as long, for the machine that
 * the rehearsal runs on has other things to do.
 */
export const PATIENCE = 2;

/** How long the balancer sends requests to a server that is gone, at most, in seconds. */
export function outWithin({ intervalSeconds, timeoutSeconds, unhealthyAfter }: HealthModel): number {
  return intervalSeconds * unhealthyAfter + timeoutSeconds;
}

/**
 * The same for a server that is silent, where connections hang instead of being refused. HAProxy gives each of them as long
 * as the interval, and counts the next interval from the end of that; an ALB is quicker, it gives up after the timeout.
 */
export function silentOutWithin({ intervalSeconds, unhealthyAfter }: HealthModel): number {
  return 2 * intervalSeconds * unhealthyAfter;
}

/** How long until a server that is back gets requests again, at most, in seconds. */
export function inWithin({ intervalSeconds, timeoutSeconds, healthyAfter }: HealthModel): number {
  return intervalSeconds * healthyAfter + timeoutSeconds;
}

/** What is wrong with a time, if anything. @param taken seconds; undefined: it didn't come about in time */
export function late(what: string, taken: number | undefined, limit: number): string[] {
  if (taken === undefined) return [`${what}: not within ${seconds(limit * PATIENCE)}`];
  return taken <= limit * PATIENCE ? [] : [`${what}: after ${seconds(taken)}, expected within ${limit} s`];
}

/**
 * The longest that a request may wait for the balancer to say that nobody is there, in seconds. A track without a healthy
 * server is tried all the same, so it is as long as a connection may take: where nobody listens it is refused at once, and
 * where it hangs an ALB waits ten seconds for it (ALB User Guide, "Troubleshoot", HTTP 504).
 */
export const REFUSED_WITHIN = { gone: 2, silent: 12 };

/**
 * What is wrong with the requests that were due after the balancer had taken servers out.
 *
 * @param deadShare the share of the traffic, 0 to 1, that goes to tracks without a server
 * @param refusedWithin in seconds, one of {@link REFUSED_WITHIN}
 */
export function goesOn(fates: readonly Fate[], deadShare: number, refusedWithin: number): string[] {
  const lost = fates.filter((fate) => fate.lost);
  if (fates.length === 0) return ["no request was answered"];
  const share = lost.length / fates.length;
  // Three standard deviations: which track a request goes to is a matter of turns and of chance.
  const most = deadShare === 0 ? 0 : deadShare + 3 * Math.sqrt((deadShare * (1 - deadShare)) / fates.length);
  const slowest = Math.max(0, ...lost.map(({ latencyMs }) => latencyMs)) / 1000;
  return [
    ...(share > most
      ? [`${lost.length} of ${fates.length} requests lost, ${Math.round(100 * deadShare)} % expected`]
      : []),
    ...late("the refusal of a request", slowest, refusedWithin),
  ];
}

/** Where each server of a track stands: a group spreads its servers evenly over its zones. */
export function zoneOfServer<T>(index: number, zones: readonly T[]): T {
  const zone = zones[index % zones.length];
  if (zone === undefined) throw new RangeError("a group without a zone");
  return zone;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
