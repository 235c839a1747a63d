import { setTimeout as sleep } from "node:timers/promises";
import { RehearsalError } from "../errors.ts";
import { backendOf, serverWords } from "./config-backend.ts";
import type { BalancerLayout } from "./layout.ts";
import type { ServerPlace, TrackModel } from "./model.ts";
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
    await removeServer(socket, track.name, server.name);
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
 * Lets a server finish its requests and takes it out. It gets no new ones from now on; what it hasn't finished after
 * the track's draining time is cut off, as an ALB does.
 *
 * @returns how many requests were cut off
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
  await removeServer(socket, track.name, server);
  return open;
}

/** Takes a server out at once, cutting off its requests. Nothing happens when it is out already. */
export async function removeServer(socket: string, track: string, server: string): Promise<void> {
  const name = `${backendOf(track)}/${server}`;
  if (!(await statsOf(socket, track, server))) return;
  await order(socket, `set server ${name} state maint`);
  await order(socket, `shutdown sessions server ${name}`);
  // Idle connections are closed by their own threads a moment later; till then HAProxy refuses.
  for (let tries = 0; ; tries += 1) {
    const answer = await ask(socket, `del server ${name}`);
    if (/^Server deleted/.test(answer) || /No such server/.test(answer)) return;
    if (tries === 100) throw new RehearsalError(`the balancer keeps ${server}: ${answer}`);
    await sleep(POLL_MS);
  }
}

async function sessionsOf(socket: string, track: string, server: string): Promise<number> {
  return (await statsOf(socket, track, server))?.sessions ?? 0;
}

async function statsOf(socket: string, track: string, server: string): Promise<ServerStats | undefined> {
  const { tracks } = await counters(socket);
  return tracks[track]?.servers.find(({ name }) => name === server);
}
