import { nth } from "../../../../infra/sure.ts";
import { readBalancer } from "../balancer/balancer-view.ts";
import { letGo, moveTraffic, takeIn, tidyUp } from "../balancer/balancing.ts";
import type { ServerRecord } from "../machine/state.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { ensureServer, newServer, removeServer, serversOf } from "../servers/server.ts";
import { moveWorkers } from "../servers/workers.ts";
import { servable } from "./unmigrated.ts";

/**
 * Makes the stack that is up what its config asks for, without losing a request: what is new comes in healthy before
 * the traffic moves, and what is old is drained after it has moved.
 *
 * @throws {RehearsalError} when a new server doesn't get healthy; the old ones still serve
 */
export async function converge(room: Room): Promise<void> {
  await reviveStrangers(room);
  const tracks = await servable(room);
  await add(
    room,
    tracks.flatMap((track) => Array.from({ length: missing(room, track) }, () => track)),
  );
  for (const track of tracks) await replaceOutdated(room, track);
  await moveTraffic(room);
  await moveWorkers(room);
  await Promise.all(unwanted(room).map((server) => retire(room, server)));
  await tidyUp(room);
}

function missing({ ledger }: Room, track: TrackPlan): number {
  return Math.max(0, track.servers - serversOf(ledger.state, track.name).length);
}

/** One after the other, the new one in before the old one leaves, as the instance refresh does. */
async function replaceOutdated(room: Room, track: TrackPlan): Promise<void> {
  const servers = serversOf(room.ledger.state, track.name);
  const spare = servers.length - track.servers;
  const outdated = servers.filter(({ version }) => version !== track.version);
  for (const [index, old] of outdated.entries()) {
    // A track that shrinks needs no replacement for those that it loses.
    if (index >= spare) await add(room, [track]);
    await moveWorkers(room);
    await retire(room, old);
  }
}

/** A server for each of the tracks, all at once; all or none of them stays. */
async function add(room: Room, tracks: TrackPlan[]): Promise<void> {
  const added: ServerRecord[] = [];
  try {
    for (const track of tracks) added.push(await newServer(room, track));
    await Promise.all(added.map((server, index) => ensureServer(room, nth(tracks, index), server)));
    await takeIn(room);
  } catch (error) {
    await Promise.all(added.map((server) => removeServer(room, server)));
    throw error;
  }
}

/**
 * A command that was killed may have left servers that never came to the balancer, or have died since. They are started,
 * and those that don't get healthy are given up: they must not be waited for again and again.
 */
async function reviveStrangers(room: Room): Promise<void> {
  const { servers } = await readBalancer(room.ledger);
  const strangers = room.ledger.state.servers.filter((server) => !(server.id in servers) && !server.leaving);
  await Promise.all(
    strangers.map(async (server) => {
      const track = room.plan.tracks.find(({ name }) => name === server.track);
      const revived =
        track && (await ensureServer(room, track, server).then(() => true, toldWhy(room, server)));
      if (!revived) await removeServer(room, server);
    }),
  );
}

function toldWhy(room: Room, { id }: ServerRecord): (error: Error) => false {
  return ({ message }) => {
    room.say(`${id}: an earlier command left it half-way, and it is given up: ${message}`);
    return false;
  };
}

async function retire(room: Room, server: ServerRecord): Promise<void> {
  room.ledger.change(() => {
    server.leaving = true;
  });
  room.say(`${server.id}: draining`);
  await letGo(room, server);
  await removeServer(room, server);
  room.say(`${server.id}: stopped`);
}

/** Servers that are leaving already, those of tracks that are gone, and the newest of those that a track has too many of. */
function unwanted(room: Room): ServerRecord[] {
  const { state } = room.ledger;
  const wanted = new Map(room.plan.tracks.map(({ name, servers }) => [name, servers]));
  const leaving = state.servers.filter((server) => server.leaving);
  const others = [...new Set(state.servers.map(({ track }) => track))].flatMap((track) =>
    serversOf(state, track).slice(wanted.get(track) ?? 0),
  );
  return [...leaving, ...others];
}
