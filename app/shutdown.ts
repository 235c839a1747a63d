import { once } from "node:events";
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

/** How long requests in flight may take to finish once nothing new is accepted, in milliseconds. */
const patience = 10_000;

/**
 * Ends the service without losing a request: health turns 503 and everything is still served, so that the balancer can
 * look away; after the grace nothing new is accepted; requests in flight are finished; then the pools are closed.
 */
export async function shutDown(
  server: Server,
  state: { draining: boolean },
  graceMs: number,
  closePools: () => Promise<void>,
  log: Log,
): Promise<void> {
  log.info("draining", { graceMs });
  state.draining = true;
  await sleep(graceMs);
  const closed = once(server, "close");
  server.close();
  await Promise.race([closed, sleep(patience, undefined, { ref: false })]);
  if (server.listening) log.warn("some requests did not finish in time");
  server.closeAllConnections();
  await closePools();
  log.info("stopped");
}
