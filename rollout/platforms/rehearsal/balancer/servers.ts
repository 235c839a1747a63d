import { setTimeout as sleep } from "node:timers/promises";
import { RehearsalError } from "../machine/errors.ts";
import type { ServerPlace, TrackModel } from "../plan/balancer/model.ts";
import { backendOf, serverWords } from "./config/config-backend.ts";
import type { BalancerLayout } from "./config/layout.ts";
import { oldWorkers } from "./reload.ts";
import { ask, order } from "./socket.ts";
import { counters, type ServerStats } from "./stats.ts";

const POLL_MS = 100;

/**
 * Takes a server into a track while the balancer runs, and gives it requests after its first good health check, as an
 * ALB does; then its slow start begins.
 *
 * @throws {RehearsalError} when no check is good in time; the server is then out again
 */
export async function addServer(socket: string, track: TrackModel, server: ServerPlace): Promise<void> {
  const name = `${backendOf(track.name)}/${server.name}`;
  await order(
    socket,
    `add server ${backendOf(track.name)}/${serverWords(track, server)}`,
    "New server registered",
  );
  await order(socket, `enable health ${name}`);
  // Draining, it is checked but gets no requests.
  await order(socket, `set server ${name} state drain`);
  try {
    await firstGoodCheck(socket, track, server);
  } catch (error) {
    await removeServer(socket, track.name, server.name, REMOVE_TRIES);
    throw error;
  }
  // It must be seen to come up, or HAProxy has no slow start for it.
  const states = ["health down", "state ready", "health up"];
  await order(socket, states.map((state) => `set server ${name} ${state}`).join("; "));
}

async function firstGoodCheck(socket: string, track: TrackModel, server: ServerPlace): Promise<void> {
  const { intervalSeconds, timeoutSeconds, unhealthyAfter } = track.health;
  const seconds = (intervalSeconds + timeoutSeconds) * unhealthyAfter;
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const stats = await statsOf(socket, track.name, server.name);
    if (/^L[67]OK/.test(stats?.check ?? "")) return;
    if (Date.now() > deadline)
      throw new RehearsalError(
        `${server.name} (${server.address}:${server.port}) got no good health check in ${seconds} s: ${stats?.check ?? "it is gone"}`,
      );
    await sleep(POLL_MS);
  }
}

/**
 * Lets a server finish its requests and takes it out. It gets no new ones from now on.
 *
 * @returns how many requests it still has when the track's draining time is over: stop the server and they are cut off,
 * as an ALB does. HAProxy then forgets it at the next {@link sweepServers}.
 */
export async function drainServer(
  layout: BalancerLayout,
  track: TrackModel,
  server: string,
): Promise<number> {
  const { socket } = layout;
  await order(socket, `set server ${backendOf(track.name)}/${server} state drain`);
  const deadline = Date.now() + track.drainSeconds * 1_000;
  let open = await sessionsOf(socket, track.name, server);
  // A process from before a reload doesn't know that this server is leaving: it may send it a last request.
  while ((open > 0 || (await oldWorkers(layout)).length > 0) && Date.now() < deadline) {
    await sleep(Math.min(POLL_MS, Math.max(1, deadline - Date.now())));
    open = await sessionsOf(socket, track.name, server);
  }
  await removeServer(socket, track.name, server, open > 0 ? 1 : REMOVE_TRIES);
  return open;
}

/** Idle connections to a server are closed a few seconds after it left; till then HAProxy won't forget it. */
const REMOVE_TRIES = 100;

/** Takes a server out, with no new requests from now on. Nothing happens when it is out already. */
async function removeServer(socket: string, track: string, server: string, tries: number): Promise<void> {
  const name = `${backendOf(track)}/${server}`;
  await ask(socket, `set server ${name} state maint`);
  for (let left = tries; left > 0; left -= 1) {
    const answer = await ask(socket, `del server ${name}`);
    if (!/still has connections/.test(answer)) return;
    if (left > 1) await sleep(POLL_MS);
  }
}

/** Forgets servers that could not be forgotten when they left. */
export async function sweepServers(socket: string): Promise<void> {
  for (const [track, { servers }] of Object.entries((await counters(socket)).tracks)) {
    for (const { name, status } of servers)
      if (status.startsWith("MAINT")) await removeServer(socket, track, name, 1);
  }
}

async function sessionsOf(socket: string, track: string, server: string): Promise<number> {
  return (await statsOf(socket, track, server))?.sessions ?? 0;
}

async function statsOf(socket: string, track: string, server: string): Promise<ServerStats | undefined> {
  const { tracks } = await counters(socket);
  return tracks[track]?.servers.find(({ name }) => name === server);
}
