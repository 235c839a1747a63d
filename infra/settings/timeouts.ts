import { type Duration, seconds } from "./duration.ts";

/** How long a silent connection is borne at each place of a request's way, in whole seconds. */
export interface Timeouts {
  /** nginx's with the app: it gives up before the balancer, so that its answer and its log say so. */
  app: number;
  /** The balancer's with both its sides ("idle timeout"): it gives up on silent clients. */
  balancer: number;
  /**
   * nginx's with the balancer, also between requests. It is the longest, so that the balancer closes first: else the
   * balancer would send a request on a connection that nginx is closing.
   */
  kept: number;
}

/** Seconds by which each gives up before the next. Clocks that differ and a busy machine need some of it. */
const AHEAD = 5;

/** From `app.timeout`, the one setting that all of them follow. */
export function timeoutsOf(timeout: Duration): Timeouts {
  const app = seconds(timeout);
  return { app, balancer: app + AHEAD, kept: app + 4 * AHEAD };
}
