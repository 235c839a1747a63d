import { join } from "node:path";
import { RehearsalError } from "../machine/errors.ts";
import { releasePort } from "../machine/ports.ts";
import { isRunning, start, untilReady } from "../machine/processes.ts";
import { BALANCER, type Ledger, type ServerRecord } from "../machine/state.ts";
import type { BalancerSetup } from "../plan/balancer/model.ts";
import type { Room } from "../room.ts";
import { answers200 } from "../servers/health.ts";
import * as balancer from "./apply.ts";
import { type BalancerLayout, balancerCommand, balancerLayout } from "./config/layout.ts";
import { readWeights } from "./traffic.ts";

export function layoutOf({ place }: Ledger, program?: string): BalancerLayout {
  return balancerLayout(join(place.folder, "haproxy"), program);
}

/** Starts the balancer unless it runs, with the servers that are there and the split of the config. */
export async function ensureBalancer(room: Room): Promise<void> {
  const { ledger, programs, balancer: model } = room;
  if (isRunning(ledger.state.processes[BALANCER])) return;
  const layout = layoutOf(ledger, programs.haproxy);
  balancer.writeFiles(layout, model, setupOf(room));
  if (model.firewall.unplayed.length > 0) {
    room.say(`balancer: not played here: ${model.firewall.unplayed.join(", ")}`);
  }
  await releasePort(ledger.state.port);
  const started = start(ledger, { key: BALANCER, command: balancerCommand(layout), cwd: layout.folder });
  await untilReady(started, () => serves(room), { signal: room.signal });
  room.say(`balancer: https://127.0.0.1:${ledger.state.port}`);
}

/** Any answer will do: in maintenance it is 503. */
async function serves({ ledger, certificates }: Room): Promise<boolean> {
  await readWeights(layoutOf(ledger));
  await answers200(ledger.state.domain, ledger.state.port, certificates.caFile);
  return true;
}

/** Takes in the tracks and servers that are new, each after its first good health check. */
export async function takeIn(room: Room): Promise<void> {
  await balancer.grow(layoutOf(room.ledger, room.programs.haproxy), room.balancer, setupOf(room));
}

/**
 * Moves weights, sessions and maintenance, and reads the weights back: nothing may drain on a split that isn't there.
 *
 * @throws {RehearsalError} when the balancer has another split than it was told
 */
export async function moveTraffic(room: Room): Promise<void> {
  const layout = layoutOf(room.ledger, room.programs.haproxy);
  await balancer.applyTraffic(layout, room.balancer);
  const weights = await readWeights(layout);
  const asked = room.balancer.split.weights;
  if (JSON.stringify(weights) !== JSON.stringify(asked)) {
    throw new RehearsalError(
      `the balancer's split is ${JSON.stringify(weights)}, not ${JSON.stringify(asked)}: nothing is drained`,
    );
  }
}

/** Takes a server out when its requests are answered, or its draining time is over. */
export async function letGo(room: Room, server: ServerRecord): Promise<void> {
  const layout = layoutOf(room.ledger, room.programs.haproxy);
  const cut = await balancer.retire(layout, server.track, server.id);
  if (cut > 0) room.say(`${server.id}: ${cut} requests were cut off at the end of its draining time`);
}

/** Forgets the tracks that are gone. */
export async function tidyUp(room: Room): Promise<void> {
  await balancer.settle(layoutOf(room.ledger, room.programs.haproxy), room.balancer, setupOf(room));
}

function setupOf({ ledger: { state }, certificates, plan }: Room): BalancerSetup {
  const placesOf = (track: string) =>
    state.servers
      .filter((server) => server.track === track && !server.leaving)
      .map(({ id, port }) => ({ name: id, address: "127.0.0.1", port }));
  return {
    address: "127.0.0.1",
    httpsPort: state.port,
    httpPort: state.redirectPort,
    certificateFile: certificates.bothFile,
    servers: Object.fromEntries(plan.tracks.map(({ name }) => [name, placesOf(name)])),
  };
}
