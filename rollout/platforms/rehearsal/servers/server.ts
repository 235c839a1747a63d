import { freePorts } from "../machine/ports.ts";
import { isRunning, logOf, start, untilReady } from "../machine/processes.ts";
import type { Ledger, ServerRecord, State } from "../machine/state.ts";
import { stop } from "../machine/stopping.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { appStart, expectFolder } from "./app-start.ts";
import { shareAssets } from "./assets.ts";
import { healthOf } from "./health.ts";
import { keysOf } from "./keys.ts";
import { migrate } from "./migration.ts";
import { writeServerFiles } from "./server-files.ts";
import { stopProcesses } from "./workers.ts";

/** Gives a track's next server its name and ports, and writes it down. */
export async function newServer(room: Room, track: TrackPlan): Promise<ServerRecord> {
  const [port, appPort] = (await freePorts(2)) as [number, number];
  const { name, version } = track;
  const number = (room.ledger.state.numbered[name] ?? 0) + 1;
  const server: ServerRecord = { id: `${name}-${number}`, track: name, version, port, appPort };
  room.ledger.change((state) => {
    state.numbered[name] = number;
    state.servers.push(server);
  });
  return server;
}

/** Starts what doesn't run of a server, nginx and the application, and waits until it is healthy. */
export async function ensureServer(room: Room, track: TrackPlan, server: ServerRecord): Promise<void> {
  const { processes } = room.ledger.state;
  const keys = keysOf(server);
  if (isRunning(processes[keys.app]) && isRunning(processes[keys.nginx])) return stillHealthy(room, server);
  await stopServer(room, server);
  room.ledger.change(() => {
    server.version = track.version;
  });
  expectFolder(room, track);
  const files = writeServerFiles(room, track, server);
  shareAssets(room);
  if (track.migrates) await migrate(room, track, server, files);
  const app = start(room.ledger, appStart(room, track, server, files.environment));
  const nginx = start(room.ledger, {
    key: keys.nginx,
    command: [room.programs.nginx, ...nginxArguments(files, logOf(room.ledger, keys.nginx))],
    cwd: files.folder,
  });
  await Promise.all([
    // Any answer shows that nginx is up; without the application it is 502.
    untilReady(nginx, () => healthOf(room, server).then(() => true), room),
    untilReady(app, () => healthOf(room, server), patience(room)),
  ]);
  room.say(`${server.id}: healthy on 127.0.0.1:${server.port}`);
}

/** A server that an earlier command started, and may have died waiting for. */
async function stillHealthy(room: Room, server: ServerRecord): Promise<void> {
  const { app } = keysOf(server);
  const started = { key: app, log: logOf(room.ledger, app), exit: new Promise<never>(() => {}) };
  await untilReady(started, () => healthOf(room, server), patience(room));
}

/** As long as a server on AWS waits for the same app. */
function patience({ plan, signal }: Room) {
  return { deadlineMs: plan.startSeconds * 1000, signal };
}

function nginxArguments(
  { nginxFolder, folder }: { nginxFolder: string; folder: string },
  log: string,
): string[] {
  return ["-p", folder, "-e", log, "-c", `${nginxFolder}/nginx.conf`, "-g", "daemon off;"];
}

/**
 * Lets go of what is open at a server: it goes on for `app.drain` and is closed then, while the server serves on (nginx,
 * "Controlling nginx": the old workers of a reload). Clients of streams and WebSockets connect again, by the balancer's
 * present weights.
 */
export function releaseConnections(ledger: Ledger, server: ServerRecord): void {
  const nginx = ledger.state.processes[keysOf(server).nginx];
  if (isRunning(nginx)) process.kill(nginx.pid, "SIGHUP");
}

/** Ends a server: the app's processes besides, a migration that it waits for, nginx, with whatever is still open after its draining, then the application. */
export async function stopServer(room: Room, server: ServerRecord): Promise<void> {
  const keys = keysOf(server);
  await stopProcesses(room.ledger, server);
  await stop(room.ledger, keys.migrate);
  await stop(room.ledger, keys.nginx);
  await stop(room.ledger, keys.app);
}

export async function removeServer(room: Room, server: ServerRecord): Promise<void> {
  await stopServer(room, server);
  room.ledger.change((state) => {
    state.servers = state.servers.filter(({ id }) => id !== server.id);
  });
}

/** A track's servers, but for those that are being taken away. */
export function serversOf(state: State, track: string): ServerRecord[] {
  return state.servers.filter((server) => server.track === track && !server.leaving);
}
