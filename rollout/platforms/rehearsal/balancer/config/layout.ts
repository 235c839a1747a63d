import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the balancer's files are. */
export interface BalancerLayout {
  folder: string;
  /** The HAProxy program. */
  program: string;
  configFile: string;
  /** Health and draining of the servers, handed over by a reload. */
  serversFile: string;
  /** The model and setup that the files were written from. */
  recordFile: string;
  /** HAProxy's runtime API. */
  socket: string;
  /** The master process, which takes `reload`. */
  masterSocket: string;
}

/** A Unix socket's path has 107 characters; HAProxy adds a few while it binds. */
const LONGEST_SOCKET = 90;

/** @param folder the balancer's own, such as `.rehearsal/beta/haproxy`, absolute */
export function balancerLayout(folder: string, program = "haproxy"): BalancerLayout {
  const sockets = socketFolder(folder);
  return {
    folder,
    program,
    configFile: join(folder, "haproxy.cfg"),
    serversFile: join(folder, "servers.state"),
    recordFile: join(folder, "balancer.json"),
    socket: join(sockets, "stats.sock"),
    masterSocket: join(sockets, "master.sock"),
  };
}

function socketFolder(folder: string): string {
  if (join(folder, "master.sock").length <= LONGEST_SOCKET) return folder;
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(tmpdir(), `rollout-${process.getuid?.() ?? 0}-${digest}`);
}

/**
 * What to run, in the foreground. The master keeps its process id through reloads.
 * SIGUSR1 ends it when the requests at hand are answered, SIGTERM at once.
 */
export function balancerCommand(layout: BalancerLayout): string[] {
  return [layout.program, "-W", "-S", `${layout.masterSocket},mode,600`, ...filesOf(layout)];
}

/** Checks the files and ends: exit 0 when HAProxy takes them. */
export function checkCommand(layout: BalancerLayout): string[] {
  return [layout.program, "-c", ...filesOf(layout)];
}

/** In the folder itself, so that the maps have plain names wherever the project is. */
function filesOf({ folder, configFile }: BalancerLayout): string[] {
  return ["-C", folder, "-f", configFile];
}
