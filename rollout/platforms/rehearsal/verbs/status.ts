import { join } from "node:path";
import { type BalancerView, readBalancer } from "../balancer/balancer-view.ts";
import { certificateFiles } from "../machine/authority-files.ts";
import { messageOf } from "../machine/errors.ts";
import { isRunning } from "../machine/processes.ts";
import { Ledger, type ServerRecord } from "../machine/state.ts";
import { healthOf } from "../servers/health.ts";
import { keysOf } from "../servers/keys.ts";
import { captured, type Options, placeIn } from "./options.ts";
import { type ProcessStatus, processStatuses } from "./status-processes.ts";

/** A stack that is up, as it is at this moment. */
export interface Status {
  stack: string;
  url: string;
  /** What a client must trust. */
  caFile: string;
  domain: string;
  port: number;
  /** The split that the config asks for, in whole percent by track; absent when the config is `unreadable`. */
  asked?: Record<string, number>;
  /** The split that the balancer has, read back from it; absent when that is `unreadable`. */
  real?: Record<string, number>;
  /** The track that each open cohort is led to, read back too. */
  cohorts?: BalancerView["cohorts"];
  /** The track without weight that keeps its sessions, by the balancer; absent when none does. */
  draining?: string;
  maintenance?: boolean;
  /** What each track has served since the balancer's process started (a reload starts a new one). */
  tracks?: BalancerView["tracks"];
  /** Why the config or the balancer couldn't be read. */
  unreadable: string[];
  servers: ServerStatus[];
  /** What the app runs besides its servers. */
  processes: ProcessStatus[];
  database: StoreStatus;
  /** Absent when the stack has none. */
  cache?: StoreStatus;
  balancer: StoreStatus;
  logs: string;
}

export interface ServerStatus {
  id: string;
  track: string;
  version: string;
  port: number;
  /** Process numbers of nginx and the application; absent when not running. */
  pids: { nginx?: number; app?: number };
  /** Whether its `/health` answers 200 now. */
  healthy: boolean;
  /** What the balancer makes of it, and what it has had from it. */
  balancer?: BalancerView["servers"][string];
}

export interface StoreStatus {
  port: number;
  pid?: number;
}

/** Reads config, balancer and servers. Works on what is there: a part that can't be read is told, not thrown. */
export async function status(options: Options): Promise<Status> {
  const ledger = Ledger.openOrFail(placeIn(options));
  const asked = captured(options).then(({ outputs }) => outputs.weights as Record<string, number>);
  return statusOf(ledger, asked);
}

/** @param asked the weights of the config; a rejection is reported as unreadable */
export async function statusOf(ledger: Ledger, asked: Promise<Record<string, number>>): Promise<Status> {
  const { state, place } = ledger;
  const [config, balancer] = await Promise.allSettled([asked, readBalancer(ledger)]);
  const view = balancer.status === "fulfilled" ? balancer.value : undefined;
  const unreadable = [config, balancer].flatMap((each) =>
    each.status === "rejected" ? [messageOf(each.reason)] : [],
  );
  return {
    stack: place.stack,
    url: urlOf(ledger),
    caFile: caFileOf(ledger),
    domain: state.domain,
    port: state.port,
    ...(config.status === "fulfilled" && { asked: config.value }),
    ...(view && {
      real: view.weights,
      ...(view.draining !== undefined && { draining: view.draining }),
      cohorts: view.cohorts,
      maintenance: view.maintenance,
      tracks: view.tracks,
    }),
    unreadable,
    servers: await Promise.all(state.servers.map((server) => serverStatus(ledger, server, view))),
    processes: processStatuses(ledger),
    database: { port: state.database.port, ...pidOf(ledger, "postgres") },
    ...(state.cache && { cache: { port: state.cache.port, ...pidOf(ledger, "redis") } }),
    balancer: { port: state.port, ...pidOf(ledger, "balancer") },
    logs: place.logs,
  };
}

/**
 * One track's servers. The others aren't asked: one that hangs must not hold up a rollback to those that don't.
 *
 * @throws {RehearsalError} when the balancer can't be read
 */
export async function serversOf(ledger: Ledger, track: string): Promise<ServerStatus[]> {
  const view = await readBalancer(ledger);
  const own = ledger.state.servers.filter((server) => server.track === track && !server.leaving);
  return Promise.all(own.map((server) => serverStatus(ledger, server, view)));
}

/** By number, not by name: a browser remembers HSTS for a name, and would refuse plain HTTP on localhost afterwards. */
export function urlOf({ state }: Ledger): string {
  return `https://127.0.0.1:${state.port}`;
}

export function caFileOf({ place }: Ledger): string {
  return certificateFiles(join(place.folder, "ca")).caFile;
}

async function serverStatus(
  ledger: Ledger,
  server: ServerRecord,
  view?: BalancerView,
): Promise<ServerStatus> {
  const { id, track, version, port } = server;
  const keys = keysOf(server);
  const certificates = certificateFiles(join(ledger.place.folder, "ca"));
  const nginx = pidOf(ledger, keys.nginx).pid;
  const app = pidOf(ledger, keys.app).pid;
  return {
    id,
    track,
    version,
    port,
    pids: { ...(nginx && { nginx }), ...(app && { app }) },
    healthy: await healthOf({ ledger, certificates }, server).catch(() => false),
    ...(view?.servers[id] && { balancer: view.servers[id] }),
  };
}

function pidOf({ state }: Ledger, key: string): { pid?: number } {
  const record = state.processes[key];
  return isRunning(record) ? { pid: record.pid } : {};
}
