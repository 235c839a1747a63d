import { until } from "../../../waiting.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { ServerPlace, TrackModel } from "../plan/balancer/model.ts";
import { anywayOf, anywayWords, backendOf, serverWords } from "./config/config-backend.ts";
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
  const anyway = `${backendOf(track.name)}/${anywayOf(server.name)}`;
  // A command that was killed may have left it.
  await ask(socket, `set server ${anyway} state maint; del server ${anyway}`);
  for (const words of [serverWords(track, server), anywayWords(track, server)])
    await order(socket, `add server ${backendOf(track.name)}/${words}`, "New server registered");
  await order(socket, `enable health ${name}`);
  // Draining, it is checked but gets no requests.
  await order(socket, `set server ${name} state drain`);
  try {
    await firstGoodCheck(socket, track, server);
  } catch (error) {
    await removeServer(socket, track.name, server.name, REMOVED_WITHIN_MS);
    throw error;
  }
  // It must be seen to come up, or HAProxy has no slow start for it.
  const states = ["health down", "state ready", "health up"];
  const ready = states.map((state) => `set server ${name} ${state}`);
  await order(socket, [...ready, `set server ${anyway} state ready`].join("; "));
}

async function firstGoodCheck(socket: string, track: TrackModel, server: ServerPlace): Promise<void> {
  const { intervalSeconds, timeoutSeconds, unhealthyAfter } = track.health;
  const seconds = (intervalSeconds + timeoutSeconds) * unhealthyAfter;
  let check: string | undefined;
  const isGood = await until({ everyMs: POLL_MS, withinMs: seconds * 1_000 }, async () => {
    check = (await statsOf(socket, track.name, server.name))?.check;
    return /^L[67]OK/.test(check ?? "");
  });
  if (!isGood)
    throw new RehearsalError(
      `${server.name} (${server.address}:${server.port}) got no good health check in ${seconds} s: ${check ?? "it is gone"}`,
    );
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
  await ask(socket, `set server ${backendOf(track.name)}/${anywayOf(server)} state drain`);
  await order(socket, `set server ${backendOf(track.name)}/${server} state drain`);
  let open = 0;
  await until({ everyMs: POLL_MS, withinMs: track.drainSeconds * 1_000 }, async () => {
    open = await sessionsOf(socket, track.name, server);
    // A process from before a reload doesn't know that this server is leaving: it may send it a last request.
    return open === 0 && (await oldWorkers(layout)).length === 0;
  });
  await removeServer(socket, track.name, server, open > 0 ? 0 : REMOVED_WITHIN_MS);
  return open;
}

/** Idle connections to a server are closed a few seconds after it left; till then HAProxy won't forget it. */
const REMOVED_WITHIN_MS = 10_000;

/** Takes a server out, with no new requests from now on. Nothing happens when it is out already. */
async function removeServer(socket: string, track: string, server: string, withinMs: number): Promise<void> {
  // The second entry first: what is left halfway has a first one, which is how it is found again.
  const names = [anywayOf(server), server].map((name) => `${backendOf(track)}/${name}`);
  for (const name of names.toReversed()) await ask(socket, `set server ${name} state maint`);
  await until({ everyMs: POLL_MS, withinMs }, async () => {
    for (const name of names)
      if (/still has connections/.test(await ask(socket, `del server ${name}`))) return false;
    return true;
  });
}

/** Forgets servers that could not be forgotten when they left. */
export async function sweepServers(socket: string): Promise<void> {
  for (const [track, { servers }] of Object.entries((await counters(socket)).tracks)) {
    for (const { name, status } of servers)
      if (status.startsWith("MAINT")) await removeServer(socket, track, name, 0);
  }
}

async function sessionsOf(socket: string, track: string, server: string): Promise<number> {
  return (await statsOf(socket, track, server))?.sessions ?? 0;
}

async function statsOf(socket: string, track: string, server: string): Promise<ServerStats | undefined> {
  const { tracks } = await counters(socket);
  return tracks[track]?.servers.find(({ name }) => name === server);
}
